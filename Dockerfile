# The service alone, for use with a PostgreSQL server and, if wanted, an S3-compatible store: see docker-compose.yml.
# No container engine has built this file yet; it has been linted.

FROM rust:1.95-bookworm AS builder
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends cmake nasm \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --release --locked --bin triptych \
    && cp target/release/triptych /usr/local/bin/triptych

FROM debian:bookworm-slim
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin triptych \
    && install -d -o triptych -g triptych -m 0750 /data
COPY --from=builder /usr/local/bin/triptych /usr/local/bin/triptych
USER 10001:10001
WORKDIR /data
VOLUME /data
ENV TRIPTYCH_LISTEN=0.0.0.0:8080 \
    TRIPTYCH_DATA=/data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["triptych", "health"]
ENTRYPOINT ["triptych"]
CMD ["serve"]
