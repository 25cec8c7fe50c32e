"""How is the engine reached by programs? JSON over the same services as the pages; each route parses, calls one
service, and shapes the reply."""
