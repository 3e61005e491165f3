package io.kontiki.service;

import io.grpc.BindableService;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.kontiki.proto.AliasingMarshaller;

/** A service that takes its requests as {@link AliasingMarshaller} parses them: one whose requests are mostly records. */
final class AliasedRequests {
    private AliasedRequests() {}

    static BindableService of(BindableService service) {
        return () -> aliased(service.bindService());
    }

    private static ServerServiceDefinition aliased(ServerServiceDefinition plain) {
        ServiceDescriptor descriptor = plain.getServiceDescriptor();
        ServiceDescriptor.Builder methods = ServiceDescriptor.newBuilder(descriptor.getName())
                .setSchemaDescriptor(descriptor.getSchemaDescriptor());
        var handlers = plain.getMethods().stream().map(AliasedRequests::aliased).toList();
        handlers.forEach(handler -> methods.addMethod(handler.getMethodDescriptor()));
        ServerServiceDefinition.Builder aliased = ServerServiceDefinition.builder(methods.build());
        handlers.forEach(aliased::addMethod);
        return aliased.build();
    }

    private static <Q, R> ServerMethodDefinition<Q, R> aliased(ServerMethodDefinition<Q, R> method) {
        return ServerMethodDefinition.create(
                AliasingMarshaller.forRequests(method.getMethodDescriptor()), method.getServerCallHandler());
    }
}
