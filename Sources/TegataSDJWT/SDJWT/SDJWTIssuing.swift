package import TegataCrypto

/// Makes SD-JWTs (RFC 9901 §4.1, §4.2, §5).
package enum SDJWTIssuing {
    /// Signs `claims` and appends the disclosures: `<JWT>~<disclosure>~…~`.
    ///
    /// Every hidden claim gets a fresh 128-bit salt, all drawn at once; digests are sorted, so their order says
    /// nothing. `decoys` random digests are mixed in at the top, to hide how many claims there are. `keyID` goes into
    /// the header when given.
    package static func issue(
        _ claims: [IssuedClaim], type: String = "dc+sd-jwt", keyID: String? = nil,
        by key: SigningKey, decoys: Int = 0, isCredential: Bool = true,
        using randomness: inout some Randomness
    ) throws(IssuingError) -> [UInt8] {
        try claims.check(isCredential: isCredential)
        let hidden = claims.selectiveCount
        var writer = SDJWTWriter(
            salts: randomness.bytes(16 * hidden), decoys: randomness.bytes(32 * decoys))
        var payload = [UInt8]()
        payload.reserveCapacity(2_048)
        writer.append(claims, to: &payload, namesAlgorithm: hidden + decoys > 0)

        var token = [UInt8]()
        token.reserveCapacity(payload.count * 4 / 3 + writer.disclosures.count + 256)
        var header: [UInt8] = Array("{\"alg\":\"\(key.algorithm.rawValue)\",\"typ\":".utf8)
        header.appendJSON(type)
        if let keyID {
            header.append(contentsOf: ",\"kid\":".utf8)
            header.appendJSON(keyID)
        }
        header.append(UInt8(ascii: "}"))
        token.appendBase64URL(header.span)
        token.append(UInt8(ascii: "."))
        token.appendBase64URL(payload.span)
        do { try token.appendSignature(by: key, over: 0) } catch { throw .noSignature }
        token.append(UInt8(ascii: "~"))
        token.append(contentsOf: writer.disclosures)
        return token
    }
}

/// Writes the payload and collects the disclosures on the way.
private struct SDJWTWriter {
    /// `<disclosure>~` for each hidden claim, inner ones before outer ones.
    private(set) var disclosures: [UInt8] = []
    private let salts: [UInt8]
    private var saltsUsed = 0
    private var decoys: [FixedBytes<32>] = []

    init(salts: [UInt8], decoys: [UInt8]) {
        self.salts = salts
        for start in stride(from: 0, to: decoys.count, by: 32) {
            // The hash of a random number looks like any other digest (RFC 9901 §4.2.5).
            self.decoys.append(SHA256.hash(decoys.span.extracting(start..<start + 32)))
        }
        disclosures.reserveCapacity(salts.count * 6)
    }

    /// Writes an object. Only the outermost one names the hash.
    mutating func append(
        _ claims: [IssuedClaim], to text: inout [UInt8], namesAlgorithm: Bool = false
    ) {
        var digests = namesAlgorithm ? decoys : []
        text.append(UInt8(ascii: "{"))
        for claim in claims {
            if claim.isSelective {
                digests.append(hide(claim.value, named: claim.name))
            } else {
                separate(&text)
                text.appendJSON(claim.name)
                text.append(UInt8(ascii: ":"))
                append(claim.value, to: &text)
            }
        }
        if !digests.isEmpty {
            separate(&text)
            text.append(contentsOf: "\"_sd\":[".utf8)
            digests.sort(by: precedes)
            for (index, digest) in digests.enumerated() {
                text.append(UInt8(ascii: index == 0 ? "\"" : ","))
                if index > 0 { text.append(UInt8(ascii: "\"")) }
                text.appendBase64URL(digest.span)
                text.append(UInt8(ascii: "\""))
            }
            text.append(UInt8(ascii: "]"))
        }
        if namesAlgorithm {
            separate(&text)
            text.append(contentsOf: "\"_sd_alg\":\"sha-256\"".utf8)
        }
        text.append(UInt8(ascii: "}"))
    }

    private mutating func append(_ value: IssuedValue, to text: inout [UInt8]) {
        switch value {
        case .plain(let value): text.appendJSON(value)
        case .object(let claims): append(claims, to: &text)
        case .array(let elements):
            text.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                if element.isSelective {
                    text.append(contentsOf: "{\"...\":\"".utf8)
                    text.appendBase64URL(hide(element.value, named: nil).span)
                    text.append(contentsOf: "\"}".utf8)
                } else {
                    append(element.value, to: &text)
                }
            }
            text.append(UInt8(ascii: "]"))
        }
    }

    /// Makes the disclosure of a claim, and its digest.
    private mutating func hide(_ value: IssuedValue, named name: String?) -> FixedBytes<32> {
        var disclosure = [UInt8]()
        disclosure.reserveCapacity(128)
        disclosure.append(contentsOf: "[\"".utf8)
        disclosure.appendBase64URL(salts.span.extracting(saltsUsed..<saltsUsed + 16))
        saltsUsed += 16
        disclosure.append(contentsOf: "\",".utf8)
        if let name {
            disclosure.appendJSON(name)
            disclosure.append(UInt8(ascii: ","))
        }
        append(value, to: &disclosure)
        disclosure.append(UInt8(ascii: "]"))
        let start = disclosures.count
        disclosures.appendBase64URL(disclosure.span)
        let digest = SHA256.hash(disclosures.span.extracting(start...))
        disclosures.append(UInt8(ascii: "~"))
        return digest
    }

    /// Writes a comma unless an object has just begun.
    private func separate(_ text: inout [UInt8]) {
        if text.last != UInt8(ascii: "{") { text.append(UInt8(ascii: ",")) }
    }
}
