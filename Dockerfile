# The operator's image: docker build -t flink-operator .
# The same Debian in both stages, because all libraries are Debian's own. --build-arg DEBIAN=13 takes the next release,
# with which not every source has been compiled yet.
ARG DEBIAN=12

FROM debian:${DEBIAN}-slim AS build
WORKDIR /src
COPY local/setup local/setup
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates && local/setup/install build \
  && rm -rf /var/lib/apt/lists/*
COPY . .
RUN cmake/build release flink-operator && strip build/release/flink-operator
# The packages that hold the libraries of the program; what the program does not need does not come along.
RUN local/setup/libraries build/release/flink-operator >/packages

FROM debian:${DEBIAN}-slim
COPY --from=build /packages /usr/share/flink-operator/packages
RUN apt-get update \
  && xargs apt-get install --yes --no-install-recommends ca-certificates </usr/share/flink-operator/packages \
  && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/build/release/flink-operator /usr/local/bin/flink-operator
# A number, so that Kubernetes can see that it is not root.
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/flink-operator"]
