# Debian's HAProxy with haproxy.cfg, as an ordinary user.
# Build: docker build -t neighbourhood-finder-haproxy -f scripts/deploy/haproxy.Dockerfile scripts/deploy
FROM debian:12.11-slim
RUN apt-get update \
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
