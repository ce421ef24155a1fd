"""The floor: a FastAPI endpoint that does nothing, served as ours is.

    python -m speed.empty PORT

It is `async`, which spares it the change to another thread: the cheapest that there is.
"""

import sys

import uvicorn
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def nothing() -> dict[str, str]:
    return {}


if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        http="h11",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        log_level="warning",
    )
