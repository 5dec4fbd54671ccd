# syntax=docker/dockerfile:1
FROM debian:12 AS build
WORKDIR /src
COPY packages.txt .ci/deps ./
# .ci/deps looks for packages.txt one folder up from itself.
RUN mkdir .ci && mv deps .ci/ && .ci/deps build && rm -rf /var/lib/apt/lists/*
COPY . .
# --build-arg COMMIT=$(git rev-parse --short=12 HEAD), for --version.
ARG COMMIT=unknown
RUN cmake --preset release -DEVENTER_COMMIT="$COMMIT" \
 && cmake --build --preset release --target kube-eventer \
 && deploy/runtime_packages.sh build/release/kube-eventer > build/runtime-packages

FROM debian:12-slim
# What to install follows from what the program is linked with: there is no second list to keep.
COPY --from=build /src/build/runtime-packages /tmp/
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive xargs apt-get install -y --no-install-recommends \
      < /tmp/runtime-packages \
 && rm -rf /var/lib/apt/lists/* /tmp/runtime-packages \
 && groupadd --gid 1000 eventer && useradd --uid 1000 --gid 1000 --no-create-home eventer
COPY --from=build /src/build/release/kube-eventer /kube-eventer
# The original's zone; set TZ in the Deployment for another.
ENV TZ="Asia/Shanghai"
USER 1000:1000
EXPOSE 8084
ENTRYPOINT ["/kube-eventer"]
