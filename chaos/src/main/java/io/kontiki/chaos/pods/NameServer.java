package io.kontiki.chaos.pods;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Names of pods and services, told as the DNS server of Kubernetes does, also for how long they hold. Thread-safe. */
final class NameServer implements AutoCloseable {
    /** What CoreDNS tells for names of the cluster, unless it is configured otherwise. */
    private static final int TTL_SECONDS = 5;

    private static final int PORT = 53;
    private static final int DATAGRAM_MAX = 512;

    private final Map<String, List<byte[]>> names = new ConcurrentHashMap<>();
    private final DatagramSocket socket;

    private NameServer(DatagramSocket socket) {
        this.socket = socket;
    }

    /** Answers at this address from now on. */
    static NameServer start(String address) throws IOException {
        NameServer server = new NameServer(new DatagramSocket(new InetSocketAddress(address, PORT)));
        Thread thread = new Thread(server::answerAll, "rehearsal-names");
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    /** From now on this is what a name stands for; without addresses there is no such name. */
    void set(String name, List<String> addresses) throws IOException {
        List<byte[]> bytes = new java.util.ArrayList<>();
        for (String address : addresses) {
            bytes.add(InetAddress.getByName(address).getAddress());
        }
        if (bytes.isEmpty()) {
            names.remove(name);
        } else {
            names.put(name, bytes);
        }
    }

    private void answerAll() {
        byte[] buffer = new byte[DATAGRAM_MAX];
        while (!socket.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                Optional<DnsMessage> query = DnsMessage.parse(packet.getData(), packet.getLength());
                if (query.isPresent()) {
                    byte[] answer = query.get()
                            .answer(Optional.ofNullable(names.get(query.get().name())), TTL_SECONDS);
                    socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            } catch (SocketException closed) {
                // Or one asked who is gone by now.
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
