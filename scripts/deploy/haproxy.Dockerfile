# Debian's HAProxy with haproxy.cfg, as an ordinary user.
# Build: docker build -t neighbourhood-finder-haproxy -f scripts/deploy/haproxy.Dockerfile scripts/deploy
# Not pinned by digest yet: no registry could be reached where this was written, and a digest that nobody has seen is none.
# scripts/pin-images writes the digests into this file: run it before the first build. See docs/operations.md.
FROM debian:bookworm-slim
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
