"""Does every statement that is built once know the types of its parameters, whatever was imported before it?"""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
import mem.app
from sqlalchemy import BindParameter, ClauseElement
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BinaryExpression
from sqlalchemy.types import NullType
for name, module in sorted(sys.modules.items()):
    if name.startswith("mem."):
        for statement, one in vars(module).items():
            for part in visitors.iterate(one) if isinstance(one, ClauseElement) else ():
                if isinstance(part, BinaryExpression) and isinstance(part.right, BindParameter):
                    print(name, statement, part.right.key, isinstance(part.right.type, NullType))
"""


def test_what_a_column_is_compared_with_has_a_type_in_a_server_of_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) > 20
    assert [line for line in lines if line.endswith("True")] == []
