package io.kontiki.replication;

/** The event loop's side of each {@link Effect}; the effects say what is to be done. */
public interface EffectRunner {
    void appendLeaderChange(Effect.AppendLeaderChange effect);

    void appendPushed(Effect.AppendPushed effect);

    void truncateTo(Effect.TruncateTo effect);

    void resetTo(Effect.ResetTo effect);

    void raiseLogStart(Effect.RaiseLogStart effect);

    void flush(Effect.Flush effect);

    void sendAttach(Effect.SendAttach effect);

    void sendAck(Effect.SendAck effect);

    void sendDetach(Effect.SendDetach effect);

    void sendAttached(Effect.SendAttached effect);

    void sendDiverged(Effect.SendDiverged effect);

    void sendReset(Effect.SendReset effect);

    void sendRefused(Effect.SendRefused effect);

    void pushTo(Effect.PushTo effect);

    void proposeIsr(Effect.ProposeIsr effect);

    void complete(Effect.Complete effect);

    void highWatermarkAdvanced(Effect.HighWatermarkAdvanced effect);

    void roleChanged(Effect.RoleChanged effect);

    void fault(Effect.Fault effect);
}
