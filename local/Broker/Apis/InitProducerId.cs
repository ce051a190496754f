using ShitOps.Local.Broker.Protocol;

namespace ShitOps.Local.Broker.Apis;

/// <summary>A new id for an idempotent producer; one that asks to go on after an error gets a new one too.</summary>
internal static class InitProducerId
{
    public static readonly Api Api = new(ApiKey.InitProducerId, 0, 5, FlexibleFrom: 2, Handle);

    private static ValueTask Handle(Request request, ResponseWriter response)
    {
        var transactional = request.Body.NullableString() is not null;
        response.ThrottleTime();
        response.Error(transactional ? ErrorCode.TransactionalIdAuthorizationFailed : ErrorCode.None);
        response.Int64(transactional ? -1 : request.Node.ProducerIds.Next());
        response.Int16(transactional ? (short)-1 : (short)0);
        response.Tags();
        return ValueTask.CompletedTask;
    }
}
