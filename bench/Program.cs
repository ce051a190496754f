using ShitOps.Bench;

switch (args.FirstOrDefault())
{
    case "codec": return CodecBench.Run(args[1..]);
    default:
        Console.Error.WriteLine("usage: bench codec [--events N]");
        return 2;
}
