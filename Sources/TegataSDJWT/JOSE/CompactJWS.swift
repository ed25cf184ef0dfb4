internal import TegataCrypto

/// The three segments of a compact JWS (RFC 7515 §3.1) inside a longer text.
struct JWSSegments: Sendable {
    let header: Range<Int>
    let payload: Range<Int>
    let signature: Range<Int>

    /// Finds the first and the last dot in `text[range]`. Throws `malformed` unless there are two; a third one would
    /// stand in the payload, where decoding refuses it.
    init(_ text: Span<UInt8>, in range: Range<Int>) throws(Refusal) {
        var first = range.lowerBound
        while first < range.upperBound, text[first] != UInt8(ascii: ".") { first += 1 }
        var last = range.upperBound - 1
        while last > first, text[last] != UInt8(ascii: ".") { last -= 1 }
        guard first < last else { throw .malformed }
        header = range.lowerBound..<first
        payload = first + 1..<last
        signature = last + 1..<range.upperBound
    }

    /// Everything that is signed.
    var signed: Range<Int> { header.lowerBound..<payload.upperBound }

    /// Checks the signature over the bytes received.
    ///
    /// Throws `malformed` for bad base64url, `unsupported` when the header names another algorithm than the key's,
    /// `signatureInvalid`.
    func verify(
        _ text: Span<UInt8>, _ header: JWSHeader, by key: VerifyingKey
    ) throws(Refusal) {
        guard key.allows(header.algorithm) else { throw .unsupported }
        let signature = try Base64URL.decode(text.extracting(signature))
        guard key.isValidSignature(signature.span, for: text.extracting(signed)) else {
            throw .signatureInvalid
        }
    }
}

/// A compact JWS as received: its form and header are checked, its signature is not.
///
/// The payload can be read only by verifying (`verified(by:)`); `untrustedPayload` is named for what it is.
package struct CompactJWS: Sendable {
    private let text: [UInt8]
    private let segments: JWSSegments
    private let tape: JSONTape
    private let headerNode: JSONTape.Node
    /// The header; its hints select a key, nothing more.
    package let header: JWSHeader

    /// Splits `text` and reads the header.
    ///
    /// Throws `limitExceeded` above `limit` bytes, `malformed`, or what `JWSHeader` throws; `typeMismatch` unless
    /// `typ` is one of `types` (`nil` checks none, which is for conformance tests).
    package init(
        parsing text: [UInt8], types: [String]?,
        algorithms: Set<JWSAlgorithm> = JWSAlgorithm.cardDefaults, limit: Int = 256 * 1024
    ) throws(Refusal) {
        guard text.count <= limit else { throw .limitExceeded }
        var tape = JSONTape()
        segments = try JWSSegments(text.span, in: 0..<text.count)
        headerNode = try tape.readBase64URL(text.span.extracting(segments.header), .default)
        header = try JWSHeader(tape, headerNode, allowing: algorithms)
        if let types { try header.require(type: types) }
        self.text = text
        self.tape = tape
    }

    /// The same for text.
    package init(
        parsing text: String, types: [String]?,
        algorithms: Set<JWSAlgorithm> = JWSAlgorithm.cardDefaults, limit: Int = 256 * 1024
    ) throws(Refusal) {
        try self.init(
            parsing: Array(text.utf8), types: types, algorithms: algorithms, limit: limit)
    }

    /// The key in the header's `jwk`, for tokens that prove possession of just that key (a request for a card).
    /// Throws `malformed` or `unsupported`.
    package func selfAssertedKey() throws(Refusal) -> VerifyingKey {
        guard let node = tape.member("jwk", of: headerNode) else { throw .malformed }
        return try VerifyingKey(jwk: node, on: tape)
    }

    /// The header as JSON.
    package var headerObject: JSONObject { tape.value(headerNode).object ?? [:] }

    /// The certificates of `x5c`, leaf first, DER; empty without one. Throws `malformed`.
    package func certificates() throws(Refusal) -> [[UInt8]] {
        guard let list = headerObject["x5c"] else { return [] }
        guard let elements = list.array, !elements.isEmpty else { throw .malformed }
        var certificates = [[UInt8]]()
        for element in elements {
            guard let base64 = element.string, let bytes = Base64.decode(base64.utf8.span) else {
                throw .malformed
            }
            certificates.append(bytes)
        }
        return certificates
    }

    /// The payload's claims before verification: only for choosing which trusted key to try.
    package func untrustedPayload() throws(Refusal) -> JSONObject {
        let bytes = try Base64URL.decode(text.span.extracting(segments.payload))
        guard let object = try JSON(parsing: bytes).object else { throw .malformed }
        return object
    }

    /// The payload, signed by `key`, as bytes. Throws as `JWSSegments.verify`.
    package func verifiedBytes(by key: VerifyingKey) throws(Refusal) -> [UInt8] {
        try segments.verify(text.span, header, by: key)
        return try Base64URL.decode(text.span.extracting(segments.payload))
    }

    /// The claims, signed by `key`. Throws as `verifiedBytes`, and `malformed` unless they are one JSON object.
    package func verified(
        by key: VerifyingKey, limits: JSONLimits = .default
    ) throws(Refusal) -> JSONObject {
        let payload = try verifiedBytes(by: key)
        guard let object = try JSON(parsing: payload, limits: limits).object else {
            throw .malformed
        }
        return object
    }

    /// Signs `payload` (JSON text) under `typ`; `keyID`, `jwk` and the certificates (`x5c`, DER, leaf first) go into the
    /// header when given.
    package static func sign(
        payload: [UInt8], type: String, by key: SigningKey, keyID: String? = nil,
        embedding publicKey: VerifyingKey? = nil, certificates: [[UInt8]] = []
    ) throws(Refusal) -> [UInt8] {
        try sign(
            payload: payload,
            under: header(
                type: type, by: key, keyID: keyID, embedding: publicKey,
                certificates: certificates), by: key)
    }

    /// The first segment of `sign`, for those who sign many tokens of one kind.
    package static func header(
        type: String, by key: SigningKey, keyID: String? = nil,
        embedding publicKey: VerifyingKey? = nil, certificates: [[UInt8]] = []
    ) -> [UInt8] {
        var header: JSONObject = ["alg": .string(key.algorithm.rawValue), "typ": .string(type)]
        if let keyID { header.add("kid", .string(keyID)) }
        if let publicKey { header.add("jwk", .object(publicKey.jwk)) }
        if !certificates.isEmpty {
            header.add("x5c", .array(certificates.map { .string(Base64.encode($0)) }))
        }
        var segment = [UInt8]()
        segment.appendBase64URL(JSON.object(header).encoded.span)
        return segment
    }

    /// Signs `payload` under a header that `header(type:by:keyID:)` made for this key.
    package static func sign(
        payload: [UInt8], under header: [UInt8], by key: SigningKey
    ) throws(Refusal) -> [UInt8] {
        var token = [UInt8]()
        token.reserveCapacity(header.count + payload.count * 4 / 3 + 96)
        token += header
        token.append(UInt8(ascii: "."))
        token.appendBase64URL(payload.span)
        try token.appendSignature(by: key, over: 0)
        return token
    }
}

extension [UInt8] {
    /// Appends `.` and the signature over everything from `start` on.
    mutating func appendSignature(by key: SigningKey, over start: Int) throws(Refusal) {
        let signature = try key.signature(for: span.extracting(start..<count))
        append(UInt8(ascii: "."))
        appendBase64URL(signature.span)
    }
}
