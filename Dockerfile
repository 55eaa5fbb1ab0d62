# syntax=docker/dockerfile:1
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/parley ./cmd/parley \
 && mkdir /out/data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/parley /parley
COPY --from=build /src/config.yaml /etc/parley/config.yaml
COPY --from=build --chown=nonroot:nonroot /out/data /data
WORKDIR /
VOLUME /data
EXPOSE 9150
ENTRYPOINT ["/parley"]
# Health and metrics are reached from outside the container, so not on its loopback.
CMD ["run", "--config", "/etc/parley/config.yaml", "--listen", ":9150"]
