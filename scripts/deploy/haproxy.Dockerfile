# Debian's HAProxy with haproxy.cfg, as an ordinary user.
# Build: docker build -t neighbourhood-finder-haproxy -f scripts/deploy/haproxy.Dockerfile scripts/deploy
# scripts/pin-images renews the digest of the image. See docs/operations.md.
FROM debian:bookworm-slim@sha256:7c7b2c966bc9ee8cedfeef67e0e279108992c77681fa595db4a9d65c06ccc587
RUN apt-get update \
    && apt-get upgrade --yes \
    && apt-get install --yes --no-install-recommends "haproxy=2.6.*" \
    && rm -rf /var/lib/apt/lists/*
COPY haproxy.cfg /etc/haproxy/haproxy.cfg
ENV LISTEN=:8000 \
    RESOLVE=1
USER haproxy
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 \
    CMD ["bash", "-c", ": < /dev/tcp/127.0.0.1/8000"]
# SIGUSR1 lets open connections end.
STOPSIGNAL SIGUSR1
CMD ["haproxy", "-db", "-f", "/etc/haproxy/haproxy.cfg"]
