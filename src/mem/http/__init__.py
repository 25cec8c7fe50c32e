"""What happens at the door: bodies are read strictly, one request is one unit of work, errors become problems.

The only importer of FastAPI beside `api`, `web` and `app`.
"""
