import Foundation
import Tegata
import TegataCrypto
import TegataLog
import TegataProofs
import TegataSDJWT

/// The edition that is sold, and its claims: the same in every process, so that each can ask again.
struct Desk: Sendable {
    static let limit = 6
    static let people = 9

    let edition: EditionDigest = SHA256.hash([1])
    private let rowKey: Secp256k1.PrivateKey
    let signer: NoteSigner
    private let commitment = Generators.withoutWallet(salt: SHA256.hash([]))

    init() throws {
        rowKey = try Secp256k1.PrivateKey(rawRepresentation: SHA256.hash([2]).array)
        signer = try NoteSigner(
            name: "crash.example/tegata", kind: .log,
            key: Ed25519.PrivateKey(rawRepresentation: SHA256.hash([3]).array))
    }

    func register(over journal: some Journal, in directory: LogDirectory?) -> Register {
        Register(journal: journal, signer: signer, directory: directory)
    }

    func open(_ register: Register, limit: Int = Desk.limit) async throws(Refusal) {
        try await register.open(edition, "an announcement", limit: .cards(UInt32(limit)))
    }

    /// Asks for the card of a person: the same answer each time, or `soldOut`.
    func claim(_ register: Register, _ person: Int) async throws(Refusal) -> UInt64 {
        let name = SHA256.hash(Array("\(person)".utf8))
        let claim = RegisterClaim(
            edition: edition, person: try? FixedBytes(point(person).encoded), key: name,
            content: name)
        return try await register.allocate(claim) { place in
            var random = SystemRandomness()
            let index = (try? point(person)).map { PersonIndex(edition: edition, point: $0) }
            let row = Row(
                position: place.serial.number,
                index: index ?? .withoutPerson(edition: edition, salt: name),
                commitment: commitment, epoch: 0, status: .active, signedBy: rowKey,
                using: &random)
            return RegisterEntry(row: row, salt: random.fixed(), answer: "{}")
        }
    }

    private func point(_ person: Int) throws -> Point {
        try Secp256k1.PrivateKey(
            rawRepresentation: [UInt8](repeating: 0, count: 24) + bigEndian(UInt64(person + 1))
        ).publicKey.point
    }
}

/// What must not be.
struct Broken: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

func expect(_ isTrue: Bool, _ what: @autoclosure () -> String) throws {
    guard isTrue else { throw Broken(what()) }
}

/// Says a line at once, also into a pipe.
func say(_ line: String) {
    try? FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
}
