# The operator's image: docker build -t flink-operator .
# Debian 12 in both stages, because all libraries are Debian's own and have to be the same.

FROM debian:12-slim AS build
WORKDIR /src
COPY local/setup local/setup
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates && local/setup/install build \
  && rm -rf /var/lib/apt/lists/*
COPY . .
RUN cmake --preset release -B /build && ninja -C /build flink-operator && llvm-strip-19 /build/flink-operator

FROM debian:12-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates libcaf-core0.17 libfmt9 libprometheus-cpp-core1.0 \
    libsimdjson14 libspdlog1.10 libssl3 libyaml-cpp0.7 \
  && rm -rf /var/lib/apt/lists/*
COPY --from=build /build/flink-operator /usr/local/bin/flink-operator
# A number, so that Kubernetes can see that it is not root.
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/flink-operator"]
