namespace ShitOps.Forecasting;

/// <summary>Projects cannot be forecast; the message says how many.</summary>
public sealed class ForecastException(string message) : Exception(message);
