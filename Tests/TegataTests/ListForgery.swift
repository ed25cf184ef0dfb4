import Tegata
import TegataCrypto
import TegataSDJWT
import Testing

/// A signed status list of the genuine issuer, taken apart.
struct ListForgery: Sendable {
    static let uri = "https://club.example/tegata/status"

    var header: Members
    var payload: Members
    var signer: SigningKey
    var finish: @Sendable (String) -> String = { $0 }

    init(_ world: World) {
        signer = world.issuerKey
        header = Members([
            "alg": .string(signer.algorithm.rawValue), "typ": "statuslist+jwt",
            "kid": .string(signer.verifyingKey.thumbprint),
        ])
        payload = Members([
            "sub": .string(Self.uri), "iat": .number(JSONNumber(World.now)),
            "exp": .number(JSONNumber(World.now + 3_600)), "ttl": 300,
        ])
        fill(bits: 2, [])
    }

    /// A list of 64 bytes that begins with these.
    mutating func fill(bits: Int, _ bytes: [UInt8]) {
        let padded = bytes + [UInt8](repeating: 0, count: max(0, 64 - bytes.count))
        payload["status_list"] =
            #"{"bits":\#(bits),"lst":"\#(Base64URL.encode(Zlib.deflate(padded)))"}"#
    }

    var text: String {
        get throws { finish(try Forgery.sign(header.text, payload.text, by: signer)) }
    }
}

/// What is wrong with a list, or with what the card says about it.
struct StatusAttack: Sendable, CustomTestStringConvertible {
    let name: String
    let reason: Refusal?
    let change: @Sendable (inout ListForgery) -> Void

    init(
        _ name: String, _ reason: Refusal?,
        _ change: @escaping @Sendable (inout ListForgery) -> Void
    ) {
        self.name = name
        self.reason = reason
        self.change = change
    }

    var testDescription: String { name }
}
