# The app is built where Node is, the Python environment where pip is; the image that runs has neither.
FROM node:20-bookworm-slim AS app
WORKDIR /build/pwa
COPY pwa/package.json pwa/package-lock.json pwa/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY contracts /build/contracts
COPY pwa ./
RUN npm run build

FROM python:3.11-slim-bookworm AS packages
WORKDIR /build
RUN python -m venv /opt/rampa
COPY requirements.lock ./
RUN /opt/rampa/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY backend backend
COPY printing printing
COPY migrations migrations
RUN /opt/rampa/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps . \
 && /opt/rampa/bin/python -m compileall -q /opt/rampa

# The printing agent alone, for the small computer beside the printers: docker build --target agent
FROM python:3.11-slim-bookworm AS agent
RUN apt-get update \
 && apt-get install -y --no-install-recommends libzbar0 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 10001 --groups lp,dialout rampa \
 && mkdir -p /var/lib/rampa-agent && chown rampa: /var/lib/rampa-agent
WORKDIR /opt/rampa
COPY requirements-printing.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements-printing.lock
COPY printing printing
USER rampa
VOLUME /var/lib/rampa-agent
ENTRYPOINT ["python", "-m", "printing", "agent", "--spool", "/var/lib/rampa-agent"]

FROM python:3.11-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends libzbar0 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 10001 rampa \
 && mkdir -p /var/lib/rampa && chown rampa: /var/lib/rampa
COPY --from=packages /opt/rampa /opt/rampa
COPY --from=app /build/pwa/dist /opt/rampa/pwa
ENV PATH=/opt/rampa/bin:$PATH \
    RAMPA_HOST=0.0.0.0 \
    RAMPA_PWA_FOLDER=/opt/rampa/pwa \
    RAMPA_DATABASE_URL=sqlite:////var/lib/rampa/rampa.db
USER rampa
WORKDIR /var/lib/rampa
VOLUME /var/lib/rampa
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=4s --start-period=20s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/ready', timeout=3)"]
CMD ["sh", "-c", "rampa migrate && exec rampa serve"]
