"""SandboxFusion, for its SDK, verl, ROLL and everybody who calls it.

The bytes are those of `sandbox/server/` and of the SDK (PyPI `sandbox-fusion`). Its rules: whatever
a program does is 200; `SandboxError` is for faults of ours and makes the SDK and ROLL ask again;
verl asks again on 504 only, so a full queue is 504 here.
"""

from reward_server.protocols.sandbox_fusion import jupyter, run_code, submit

ROUTERS = (run_code.router, jupyter.router, submit.router)
"""Its routes."""
