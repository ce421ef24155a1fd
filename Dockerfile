# One image for the service, the ingest and Datasette: docker-compose.yml starts all three.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    CUTTINGS_DB=/data/cuttings.db

WORKDIR /src

# Before the code, since it changes less often and takes longest.
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY migrations migrations
COPY service service
RUN pip install --no-cache-dir --no-deps --no-build-isolation .

# Titles, queries, and which tables are on show, for a Datasette of its own.
COPY service/web/sql_room.yaml /etc/cuttings/datasette.yaml

# A named volume takes over the owner of the folder that it is mounted on.
RUN useradd --system --uid 10001 --user-group --no-create-home cuttings \
    && mkdir /data /private \
    && chown cuttings:cuttings /data /private

VOLUME /data
WORKDIR /data
USER 10001:10001
EXPOSE 8000

HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]

# What it has begun it finishes first: give it longer than CUTTINGS_STOP_SECONDS.
STOPSIGNAL SIGTERM

# Without a key (`cuttings key create --scope read`) or --open it refuses to start: it would be open
# to everybody who reaches the port.
CMD ["cuttings", "serve", "--host", "0.0.0.0"]
