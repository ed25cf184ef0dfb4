internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Pages
internal import Tegata
internal import TegataLog
internal import TegataOpenID

/// What wallets, verifiers and auditors fetch: the public log, status lists, OpenID4VCI, and the requests of wallets of ours.
struct MachineRoutes: Sendable {
    let desk: Desk

    /// A file of the public log. Tiles never change; everything else is fresh for some seconds.
    func file(_ path: String) async throws -> Response {
        guard Self.isLogPath(path) else { throw Refusal.unsupported }
        let bytes: [UInt8]?
        do {
            bytes = try desk.log.read(path)
        } catch {
            throw Refusal.unavailable
        }
        guard let bytes else { throw HTTPError(.notFound) }
        let isWhole = path.hasPrefix("tile/") && !path.contains(".p/")
        return Response(
            status: .ok,
            headers: [
                .contentType: path.hasSuffix(".json")
                    ? "application/json" : "application/octet-stream",
                .cacheControl: isWhole
                    ? "public, max-age=31536000, immutable" : "public, max-age=5",
            ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// Names as the log writes them, and no way out of its folder.
    static func isLogPath(_ path: String) -> Bool {
        path.utf8.count <= 256
            && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty && part.first != "."
                    && part.unicodeScalars.allSatisfy { scalar in
                        scalar.isASCII
                            && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                                || scalar == "." || scalar == "-" || scalar == "_")
                    }
            }
    }

    func statusList(_ number: Int) async throws -> Response {
        .json(
            try await desk.issuer.statusList(number), caching: "public, max-age=60",
            type: "application/statuslist+jwt")
    }

    /// Type metadata of the cards (SD-JWT VC, §6).
    func typeMetadata() throws -> Response {
        let name = desk.settings.name
        let metadata = TypeMetadata(
            desk.settings.address + "/tegata/membership",
            display: [
                DisplayText(name.japanese, locale: "ja"),
                DisplayText(name.english, locale: "en"),
            ])
        return .json("\(metadata.json)", caching: "public, max-age=300")
    }

    /// A request of OpenID4VCI, as it came.
    func openID(_ request: Request) async throws -> Response {
        guard let buffer = try? await request.body.collect(upTo: 256 * 1024) else {
            throw Refusal.limitExceeded
        }
        let answer = try await desk.openIDServer().answer(
            OAuthRequest(
                method: request.method.rawValue, path: request.uri.path,
                query: request.uri.query ?? "",
                authorization: request.headers[values: .authorization],
                contentType: request.headers[.contentType], body: Array(buffer.readableBytesView)))
        var headers = HTTPFields()
        for header in answer.headers {
            if let name = HTTPField.Name(header.name) { headers[name] = header.value }
        }
        if let reason = answer.reason, let name = HTTPField.Name("Tegata-Reason") {
            headers[name] = reason.rawValue
        }
        return Response(
            status: HTTPResponse.Status(code: answer.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }

    /// A nonce for a request of ours: the body is the edition's id.
    func nonce(_ request: Request) async throws -> Response {
        let edition = try await desk.edition(try await request.text(limit: 256))
        return .json(
            try await desk.issuer.nonce(for: edition.edition.id), type: "text/plain; charset=utf-8")
    }

    /// A card for a request of ours.
    func issue(_ request: Request) async throws -> Response {
        let text = try await request.text(limit: 64 * 1024)
        // After the last card: nothing else is looked at (A94).
        try await desk.issuer.checkPlaces(for: text)
        guard let edition = CompactText(text)?.read(RequestedEdition.self)?.edition else {
            throw Refusal.malformed
        }
        // It may be one that another front process has just opened.
        _ = try await desk.edition(edition)
        let claims = try await desk.extras.extra(of: edition).cardClaims
        let answer = try await desk.issuer.issue(to: text, claims: claims)
        await desk.cardsChanged()
        return .json(answer)
    }

    /// A frozen list of sessions, for wallets that settle.
    func sessions(_ edition: String, _ list: Int) async throws -> Response {
        .json(
            try await desk.issuer.sessions(of: await desk.edition(edition), list: list),
            caching: "public, max-age=300")
    }

    func settle(_ request: Request) async throws -> Response {
        try await desk.issuer.settle(try await request.text(limit: 8 * 1024))
        return .json("{}")
    }
}

/// Which edition a request names, to know what its cards say: the issuer checks the request itself.
private struct RequestedEdition: Decodable {
    let edition: String
}
