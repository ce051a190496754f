namespace ShitOps.PromQL.Ast;

/// <summary>The names of types in error texts.</summary>
internal static class ExpressionTypes
{
    public static string Name(this ExpressionType type) => type switch
    {
        ExpressionType.Scalar => "scalar",
        ExpressionType.Vector => "instant vector",
        ExpressionType.Matrix => "range vector",
        _ => "string",
    };
}
