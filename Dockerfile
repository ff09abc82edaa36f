# A small image without root; built as everywhere: npm ci, npm run build.
FROM node:22.20.0-alpine3.22 AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:22.20.0-alpine3.22
ENV NODE_ENV=production \
    TZ=UTC \
    NEWSDESK_ADMIN_HOST=0.0.0.0
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/schemas ./schemas
COPY --from=build /app/config ./config
# For the index of stories. 1000 is the user `node` of the image.
RUN mkdir data && chown 1000:1000 data
USER node
EXPOSE 3220
# The admin server reports whether this process runs and reaches Redis. A process without the role admin needs its own check.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD wget -q -O /dev/null http://127.0.0.1:3220/readyz || exit 1
ENTRYPOINT ["node", "dist/src/main.js"]
CMD ["start"]
