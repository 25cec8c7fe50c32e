"""How do people reach the engine? Server-rendered pages over the same services as the API."""
