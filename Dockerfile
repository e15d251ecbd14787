# The page and the API in a container.
#
#   docker build -t grainless .
#   docker run --rm -p 127.0.0.1:8000:8000 grainless        # then open http://localhost:8000
#   docker run --rm -p 8000:8000 -e GRAINLESS_TOKEN=... grainless --allow-host photos.example
#
# Nothing is kept in it, so it can run with a file system that is read only: --read-only --tmpfs /tmp.

FROM python:3.12-slim AS built
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN python -m venv /grainless && /grainless/bin/pip install --no-cache-dir '.[server]'

FROM python:3.12-slim
COPY --from=built /grainless /grainless
RUN useradd --create-home grainless
USER grainless
WORKDIR /home/grainless
EXPOSE 8000
HEALTHCHECK CMD ["/grainless/bin/python", "-c", "from urllib.request import urlopen; urlopen('http://localhost:8000/api/health')"]
ENTRYPOINT ["/grainless/bin/grainless", "serve", "--host", "0.0.0.0", "--allow-host", "localhost"]
