# syntax=docker/dockerfile:1
# One build, a target per service: docker build --target users -t swiftcart-users .
FROM node:24-bookworm-slim AS build
WORKDIR /srv
COPY . .
RUN npm ci
RUN npm run build
RUN npm run prune

FROM node:24-bookworm-slim AS runtime
WORKDIR /srv
ENV NODE_ENV=production HOST=0.0.0.0
COPY --from=build --chown=root:root /srv/node_modules ./node_modules
COPY --from=build --chown=root:root /srv/dist ./dist
COPY --from=build --chown=root:root /srv/package.json ./package.json
# The files belong to root and the process does not run as root: what runs cannot change itself.
USER node
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=12 CMD ["node", "dist/app/src/health-check.js"]

FROM runtime AS users
ENV PORT=4001
EXPOSE 4001
CMD ["node", "--enable-source-maps", "dist/subgraphs/users/src/main.js"]

FROM runtime AS catalog
ENV PORT=4002
EXPOSE 4002
CMD ["node", "--enable-source-maps", "dist/subgraphs/catalog/src/main.js"]

FROM runtime AS orders
ENV PORT=4003
EXPOSE 4003
CMD ["node", "--enable-source-maps", "dist/subgraphs/orders/src/main.js"]

FROM runtime AS delivery
ENV PORT=4004
EXPOSE 4004
CMD ["node", "--enable-source-maps", "dist/subgraphs/delivery/src/main.js"]

FROM runtime AS gateway
ENV PORT=4000
EXPOSE 4000
CMD ["node", "--enable-source-maps", "dist/app/src/gateway.js"]
