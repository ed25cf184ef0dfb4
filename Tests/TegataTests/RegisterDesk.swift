import TegataCrypto
import TegataLog
import TegataProofs
import TegataSDJWT

@testable import Tegata

/// Claims with real rows and nothing else, for tests of the register alone.
struct RegisterDesk: Sendable {
    let edition: EditionDigest = SHA256.hash([1])
    let key = Secp256k1.PrivateKey()
    let log = Ed25519.PrivateKey()

    // Hashing to the curve is slow without the optimiser; no test here looks at these.
    private static let nobody = PersonIndex.withoutPerson(
        edition: SHA256.hash([1]), salt: SHA256.hash([]))
    private static let commitment = Generators.withoutWallet(salt: SHA256.hash([]))

    func register(
        over journal: some Journal, publishing directory: LogDirectory? = nil
    ) throws -> Register {
        Register(
            journal: journal,
            signer: try NoteSigner(name: "club.example/tegata", kind: .log, key: log),
            directory: directory)
    }

    func open(_ register: Register, limit: Limit) async throws(Refusal) {
        try await register.open(edition, "an announcement", limit: limit)
    }

    func claim(_ key: Int, person: UInt8? = nil, content: UInt8 = 0) -> RegisterClaim {
        RegisterClaim(
            edition: edition,
            person: person.map { FixedBytes<33>(index($0).point.encoded) ?? .init() },
            key: SHA256.hash(Array("\(key)".utf8)), content: SHA256.hash([content]))
    }

    @discardableResult
    func claim(
        _ register: Register, key: Int, person: UInt8? = nil, content: UInt8 = 0
    ) async throws(Refusal) -> UInt64 {
        try await register.allocate(claim(key, person: person, content: content)) { place in
            entry(place, person)
        }
    }

    func entry(_ place: RegisterPlace, _ person: UInt8?) -> RegisterEntry {
        var random = SystemRandomness()
        let row = Row(
            position: place.serial.number,
            index: person.map(index) ?? Self.nobody, commitment: Self.commitment, epoch: 0,
            status: .active,
            signedBy: key, using: &random)
        return RegisterEntry(row: row, salt: random.fixed(), answer: "{}")
    }

    /// The serials that exist.
    func serials(_ register: Register) async throws -> Set<UInt32> {
        Set(try await register.serials(of: edition))
    }

    private func index(_ person: UInt8) -> PersonIndex {
        .withoutPerson(edition: edition, salt: SHA256.hash([person]))
    }
}
