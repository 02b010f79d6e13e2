# The reward server's image.
#
#   docker build -t reward-server .
#   docker run --init -p 127.0.0.1:8000:8000 -e REWARD_ALLOW_ANONYMOUS=true \
#     --security-opt seccomp=deploy/seccomp.json --security-opt no-new-privileges --cap-drop ALL \
#     --read-only --tmpfs /tmp:exec reward-server
#
# docs/deploy.md explains each flag; deploy/docker-compose.yml has them all.
# Targets: slim (Python programs only), which is the default, and full (every language).

# Debian 13; its python3 is 3.13. Name a digest here to pin the base.
ARG BASE=debian:trixie-slim

# --- build: whatever is only needed to install; nothing of it reaches the image but /opt/reward ----
FROM ${BASE} AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
# two environments: one with pip and the build backends, and the one that is shipped, without pip
RUN python3 -m venv /opt/build && python3 -m venv --without-pip /opt/reward
ENV PATH=/opt/build/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY requirements/build.lock requirements/server.lock requirements/
RUN pip install --require-hashes -r requirements/build.lock \
 && pip wheel --no-build-isolation --require-hashes -w /wheels -r requirements/server.lock \
 && pip --python /opt/reward/bin/python install --no-index --no-deps /wheels/*.whl \
 && cd /opt/reward/lib/python3*/site-packages \
 && find sympy mpmath -type d -name tests -prune -exec rm -r {} +
COPY pyproject.toml README.md ./
COPY reward_server reward_server
COPY sandbox sandbox
COPY verifiers verifiers
RUN pip wheel --no-build-isolation --no-deps -w /wheels/own . \
 && pip --python /opt/reward/bin/python install --no-index --no-deps /wheels/own/*.whl

# --- runtime: what both images stand on ------------------------------------------------------------
FROM ${BASE} AS runtime
LABEL org.opencontainers.image.title="reward-server" \
      org.opencontainers.image.description="Verifiable rewards over HTTP for reinforcement learning" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/apt /var/log/dpkg.log \
 && useradd --system --uid 10001 --user-group --no-create-home --home-dir /tmp \
      --shell /usr/sbin/nologin reward
# loopback inside a container reaches nobody; the server still refuses to start without an API key,
# unless REWARD_ALLOW_ANONYMOUS=true says so
ENV PATH=/opt/reward/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 REWARD_HOST=0.0.0.0
USER 10001:10001
WORKDIR /tmp
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=5s --start-period=300s --retries=3 \
  CMD ["/usr/bin/python3", "-IS", "/opt/reward/healthcheck.py"]
ENTRYPOINT ["reward-server"]
CMD ["serve"]

# --- toolchains: every one of sandbox/languages.toml; before the server, whose code changes more ------
FROM runtime AS toolchains
USER root
# what no program under test needs goes again: modules for jlink, editors' servers, profilers,
# second copies of compilers, link-time optimisation, documentation
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      bash binutils-gold default-jdk-headless fp-compiler g++ gcc gfortran ghc golang-go junit4 \
      junit5 kotlin ldc libassertj-core-java libc6-dev lua5.4 mono-mcs mono-runtime node-typescript \
      nodejs ocaml-nox perl php-cli r-base-core racket ruby rustc scala sqlite3 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/apt /var/log/dpkg.log \
      /usr/lib/jvm/*/jmods /usr/libexec/gcc/*/*/lto1 /usr/share/go-*/test /usr/share/go-*/api \
      /usr/share/java/kotlin-compiler-embeddable* /usr/share/java/kotlin-gradle-plugin* \
      /usr/share/nodejs/typescript/lib/tsserver* /usr/share/nodejs/typescript/lib/typescriptServices* \
      /usr/share/nodejs/typescript/lib/typingsInstaller* /usr/share/doc/* /usr/share/man/* \
 && cd /usr/lib/go-*/pkg/tool/linux_* && rm -f pprof trace vet objdump \
# Go has come without its compiled standard library since 1.20: 13 s a program, without this
 && CGO_ENABLED=0 GO111MODULE=off GODEBUG=installgoroot=all GOCACHE=/tmp/go go install std \
 && rm -rf /tmp/go /root/.config /root/.cache
USER 10001:10001

# --- slim and full: the server on either -------------------------------------------------------------
FROM runtime AS slim
COPY --from=build /opt/reward /opt/reward
COPY deploy/healthcheck.py /opt/reward/healthcheck.py

FROM toolchains AS full
COPY --from=build /opt/reward /opt/reward
COPY deploy/healthcheck.py /opt/reward/healthcheck.py

# --- test: full with what the tests need, for `make e2e`: they run in this Python, too --------------
FROM full AS test
USER root
COPY --from=build /opt/build /opt/build
COPY requirements/dev.lock requirements/
RUN /opt/build/bin/pip --python /opt/reward/bin/python --no-cache-dir install --quiet \
      --require-hashes -r requirements/dev.lock
USER 10001:10001
WORKDIR /src
ENV HYPOTHESIS_STORAGE_DIRECTORY=/tmp/hypothesis
ENTRYPOINT ["python", "-m", "pytest", "-p", "no:cacheprovider"]

# --- the last stage is what a build without --target makes ------------------------------------------
FROM slim
