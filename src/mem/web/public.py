"""The pages anybody may read: what is published."""

from __future__ import annotations

from fastapi import APIRouter

from mem.http.body import StrictRoute

routes = APIRouter(route_class=StrictRoute, include_in_schema=False)
