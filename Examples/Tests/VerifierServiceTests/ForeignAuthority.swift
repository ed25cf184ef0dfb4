import Crypto
import Foundation

/// A country's authority, the issuer that it certifies, and that issuer's identity credentials: made for one run, with nobody's code but the
/// platform's (RFC 5280, RFC 9901, SD-JWT VC, Token Status List).
struct ForeignAuthority: Sendable {
    static let type = "urn:eudi:pid:1"

    /// `iss`.
    let issuer: String
    /// Where its status list is: 0 is valid, 1 revoked, 2 suspended.
    let list: String
    /// The authority's certificate, in DER.
    let root: [UInt8]
    /// The issuer's key, and its certificate from the authority.
    let key = P256.Signing.PrivateKey()
    let leaf: [UInt8]

    init(_ issuer: String = "https://pid.example", list: String) {
        self.issuer = issuer
        self.list = list
        let authority = P256.Signing.PrivateKey()
        root = DER.certificate(
            of: authority.publicKey, by: authority, named: "Authority",
            [
                DER.entry([0x55, 0x1D, 0x13], critical: true, DER.sequence([1, 1, 0xFF])),
                DER.entry([0x55, 0x1D, 0x0F], critical: true, [3, 2, 1, 6]),
                DER.entry([0x55, 0x1D, 0x0E], [4, 1, 1]),
            ])
        leaf = DER.certificate(
            of: key.publicKey, by: authority, named: "Issuer",
            [
                DER.entry([0x55, 0x1D, 0x0F], critical: true, [3, 2, 7, 0x80]),
                DER.entry([0x55, 0x1D, 0x23], [0x30, 3, 0x80, 1, 1]),
            ])
    }

    /// What goes into the header of all that the issuer signs.
    var chain: [String] { [Data(leaf).base64EncodedString()] }

    /// A credential of somebody made up, whose holder has `holder`: `family_name`, `birthdate`, and inside `address` `country` and `street` can be
    /// kept back.
    ///
    /// - Parameters:
    ///   - holder: the holder's key.
    ///   - status: its place in the status list; none without one.
    ///   - list: the status list that it names, where that is another one.
    /// - Returns: the SD-JWT with all disclosures.
    /// - Throws: nothing that a test expects.
    func credential(
        of holder: P256.Signing.PublicKey, status: Int? = nil, list: String? = nil
    ) throws -> String {
        let outer = try [("family_name", "Muster<b>"), ("birthdate", "1999-01-02")].map(hidden)
        let inner = try [("country", "EE"), ("street", "Pikk 1")].map(hidden)
        let point = holder.rawRepresentation
        let now = Int(Date().timeIntervalSince1970)
        var payload: [String: Any] = [
            "iss": issuer, "vct": Self.type, "iat": now - 60, "exp": now + 3_600,
            "_sd": outer.map(\.digest),
            "address": ["_sd": inner.map(\.digest)],
            "nationalities": ["EE", "FI"],
            "cnf": [
                "jwk": [
                    "kty": "EC", "crv": "P-256", "x": RawAnswer.encode(point.prefix(32)),
                    "y": RawAnswer.encode(point.suffix(32)),
                ]
            ],
        ]
        if let status {
            payload["status"] = ["status_list": ["idx": status, "uri": list ?? self.list]]
        }
        let token = try RawAnswer.sign(
            ["alg": "ES256", "typ": "dc+sd-jwt", "x5c": chain], payload, by: key)
        return ([token] + (outer + inner).map(\.text)).joined(separator: "~") + "~"
    }

    private func hidden(_ name: String, _ value: String) throws -> (text: String, digest: String) {
        let salt = RawAnswer.encode((0..<16).map { _ in UInt8.random(in: 0...255) })
        let text = RawAnswer.encode(
            try JSONSerialization.data(withJSONObject: [salt, name, value]))
        return (text, RawAnswer.encode(SHA256.hash(data: Data(text.utf8))))
    }

    /// The status list as the issuer serves it at `address`.
    func statusList(at address: String? = nil) throws -> String {
        // Two bits for each, the first lowest: 0, 1, 2, 0.
        let packed: [UInt8] = [0b0010_0100]
        return try RawAnswer.sign(
            ["alg": "ES256", "typ": "statuslist+jwt", "x5c": chain],
            [
                "sub": address ?? list, "iat": Int(Date().timeIntervalSince1970) - 60,
                "status_list": ["bits": 2, "lst": RawAnswer.encode(Self.stored(packed))],
            ], by: key)
    }

    /// Zlib's format around bytes that are stored as they are (RFC 1950, RFC 1951 §3.2.4).
    private static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var (a, b) = (UInt32(1), UInt32(0))
        for byte in bytes {
            a = (a + UInt32(byte)) % 65_521
            b = (b + a) % 65_521
        }
        let count = UInt8(bytes.count)
        let sum = b << 16 | a
        return [0x78, 0x01, 1, count, 0, ~count, 0xFF] + bytes
            + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> UInt32($0)) }
    }

    /// The certificate as operators are given it.
    static func pem(_ certificate: [UInt8]) -> String {
        let text = Data(certificate).base64EncodedString(options: .lineLength64Characters)
        return "-----BEGIN CERTIFICATE-----\n\(text)\n-----END CERTIFICATE-----\n"
    }
}

/// As much of DER as a certificate needs.
private enum DER {
    static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let count = content.count
        let length: [UInt8] =
            count < 0x80
            ? [UInt8(count)]
            : count < 0x100
                ? [0x81, UInt8(count)] : [0x82, UInt8(count >> 8), UInt8(count & 0xFF)]
        return [tag] + length + content
    }

    static func sequence(_ parts: [UInt8]...) -> [UInt8] { element(0x30, parts.flatMap(\.self)) }

    /// An extension of `id-ce`.
    static func entry(
        _ identifier: [UInt8], critical: Bool = false, _ value: [UInt8]
    ) -> [UInt8] {
        sequence(element(6, identifier), critical ? [1, 1, 0xFF] : [], element(4, value))
    }

    /// Of `key`, signed by the authority with ECDSA and SHA-256, good for a day before and after now.
    static func certificate(
        of key: P256.Signing.PublicKey, by authority: P256.Signing.PrivateKey, named name: String,
        _ extensions: [[UInt8]]
    ) -> [UInt8] {
        let algorithm = sequence(element(6, [0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2]))
        let signed = sequence(
            element(0xA0, [2, 1, 2]), [2, 1, 7], algorithm, named("Authority"),
            sequence(time(-86_400), time(86_400)), named(name), Array(key.derRepresentation),
            element(0xA3, sequence(extensions.flatMap(\.self))))
        guard let signature = try? authority.signature(for: Data(signed)).derRepresentation else {
            preconditionFailure("the platform could not sign")
        }
        return sequence(signed, algorithm, element(3, [0] + Array(signature)))
    }

    private static func named(_ name: String) -> [UInt8] {
        sequence(
            element(0x31, sequence(element(6, [0x55, 4, 3]), element(0x0C, Array(name.utf8)))))
    }

    private static func time(_ seconds: Double) -> [UInt8] {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "yyMMddHHmmss'Z'"
        return element(0x17, Array(formatter.string(from: Date() + seconds).utf8))
    }
}
