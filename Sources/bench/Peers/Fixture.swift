import TegataCrypto
import TegataSDJWT

/// The common fixture of the comparison with other libraries: keys, claims, a card and presentations, made by another
/// program.
struct Fixture {
    let algorithm: JWSAlgorithm
    let audience: String
    let nonce: String
    /// The claims that presentations show.
    let disclosed: [String]
    /// The issuer's identifier and the type of its cards, as a verifier is told them.
    let issuer: String
    let type: String
    private let folder: String

    init(folder: String, algorithm: JWSAlgorithm) throws {
        self.folder = folder
        self.algorithm = algorithm
        let info = try JSON(parsing: Files.read(folder + "/info.json"))
        let claims = try JSON(parsing: Files.read(folder + "/plain_\(algorithm.tag).json"))
        guard let audience = info["aud"]?.string, let nonce = info["nonce"]?.string,
            let disclosed = info["disclosed"]?.array?.compactMap(\.string),
            let issuer = claims["iss"]?.string, let type = claims["vct"]?.string
        else { throw Refusal.malformed }
        self.audience = audience
        self.nonce = nonce
        self.disclosed = disclosed
        self.issuer = issuer
        self.type = type
    }

    var presentationsPath: String { folder + "/pres_n_\(algorithm.tag).txt" }

    func presentation() throws -> [UInt8] { try file("pres", "txt") }

    func card() throws -> [UInt8] { try file("card", "txt") }

    func issuerKey() throws -> VerifyingKey {
        try VerifyingKey(parsingJWK: file("issuer", "pub.jwk"))
    }

    func signingKey(of role: String) throws -> SigningKey {
        let jwk = try JSON(parsing: file(role, "jwk"))
        guard let number = jwk["d"]?.string else { throw Refusal.malformed }
        let bytes = try Base64URL.decode(number)
        return switch algorithm {
        case .es256k: .secp256k1(try Secp256k1.PrivateKey(rawRepresentation: bytes))
        default: .p256(try P256.PrivateKey(rawRepresentation: bytes))
        }
    }

    /// Ten hidden claims, the others in the open.
    func claims() throws -> [IssuedClaim] {
        guard let plain = try JSON(parsing: file("plain", "json")).object,
            let hidden = try JSON(parsing: file("sd", "json")).object
        else { throw Refusal.malformed }
        return plain.members.map { .open($0.name, $0.value) }
            + hidden.members.map { .selective($0.name, $0.value) }
    }

    private func file(_ name: String, _ ending: String) throws -> [UInt8] {
        try Files.read(folder + "/\(name)_\(algorithm.tag).\(ending)")
    }
}

extension JWSAlgorithm {
    /// As in the fixture's file names.
    fileprivate var tag: String { self == .es256k ? "es256k" : "es256" }
}
