# syntax=docker/dockerfile:1

# The image of the API: compiled code and production dependencies on Node.js 24, run by an ordinary user.
# The version of Node.js is the one that package.json pins for development.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /toetsspoor
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY projections projections
COPY web web
RUN npm run --silent build

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /toetsspoor
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM ${NODE_IMAGE}
WORKDIR /toetsspoor
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 DATA_DIR=/data
RUN install --directory --owner=node --group=node --mode=0700 /data /key
COPY --from=dependencies /toetsspoor/node_modules node_modules
COPY --from=build /toetsspoor/dist dist
COPY package.json LICENSE ./
COPY tools tools
USER node
VOLUME /data
EXPOSE 4000
# Alive, not ready: a replica that is still building its read models must not be killed for it.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# The bounds on memory are those of the npm scripts.
ENTRYPOINT ["node", "--max-old-space-size=300", "--max-semi-space-size=16", "dist/src/cli.js"]
CMD ["serve"]
