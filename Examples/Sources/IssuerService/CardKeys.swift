internal import Foundation
internal import HardwareKeys
internal import ServiceKit
internal import Tegata

extension IssuerKeys {
    /// The keys in a folder; those that sign rows and checkpoints are made when there are none yet.
    ///
    /// - Throws: `KeyFile.Problem` and `TokenProblem`, with what to do.
    init(in folder: String) throws {
        func key(_ name: String) throws -> [UInt8] { try KeyFile.secret("\(folder)/\(name).key") }
        let cards = try CardKeys(in: folder)
        self.init(
            card: cards.card,
            register: try Secp256k1.PrivateKey(rawRepresentation: key("register")),
            log: try Ed25519.PrivateKey(rawRepresentation: key("log")), earlier: cards.earlier,
            withdrawn: cards.withdrawn, council: try Self.council(in: folder))
    }

    /// The council in `council.pub`; `nil` where there is none.
    ///
    /// - Throws: `KeyFile.Problem` for a file that is none.
    private static func council(in folder: String) throws -> Council? {
        let path = folder + "/council.pub"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let text = String(decoding: try KeyFile.read(path), as: UTF8.self)
        do {
            return try Council(
                parsing: bytes(hexadecimal: text.trimmingCharacters(in: .whitespacesAndNewlines)))
        } catch {
            throw KeyFile.Problem(description: "\(path) is no council (形式が違います)")
        }
    }
}

/// The keys that sign cards, as the folder has them: `card.key` signs, or the key that `card.token` names in a hardware module; each file in `cards/` is the public half of a key whose
/// cards count, each in `withdrawn/` of one whose cards count no more. A key is replaced by another `card.key`, and withdrawn by
/// moving its file.
struct CardKeys {
    let card: SigningKey
    let earlier: [VerifyingKey]
    let withdrawn: [VerifyingKey]

    /// Reads the folder, and notes the key in force.
    ///
    /// - Throws: `KeyFile.Problem` with what to do.
    init(in folder: String) throws {
        card = try Self.card(in: folder)
        let own = card.verifyingKey
        withdrawn = try Self.keys(in: folder + "/withdrawn")
        guard !withdrawn.contains(own) else {
            throw KeyFile.Problem(
                description: """
                    the card key of \(folder) is withdrawn (使用停止の鍵です): put another key there, or take its file out of withdrawn/
                    """)
        }
        let path = "\(folder)/cards/\(own.thumbprint).jwk"
        if !FileManager.default.fileExists(atPath: path) {
            try Self.make(folder + "/cards")
            try KeyFile.write(Array(own.encoded.utf8), to: path)
        }
        let (withdrawn, counting) = (withdrawn, try Self.keys(in: folder + "/cards"))
        earlier = counting.filter { $0 != own && !withdrawn.contains($0) }
    }

    /// Whether a folder names a key that signs cards, in a file or in a token.
    static func exist(in folder: String) -> Bool {
        ["card.key", "card.token"].contains {
            FileManager.default.fileExists(atPath: "\(folder)/\($0)")
        }
    }

    /// `card.token`: where the key is, and the file of the PIN, which only its owner may read.
    private struct Token: Decodable {
        let module: String
        let token: String
        let key: String
        let pin: String
    }

    /// The key that signs cards.
    ///
    /// - Throws: `KeyFile.Problem` and `TokenProblem`, with what to do.
    static func card(in folder: String) throws -> SigningKey {
        let path = folder + "/card.token"
        guard let data = FileManager.default.contents(atPath: path) else {
            return .secp256k1(
                try Secp256k1.PrivateKey(rawRepresentation: KeyFile.secret(folder + "/card.key")))
        }
        guard let named = try? JSONDecoder().decode(Token.self, from: data) else {
            throw KeyFile.Problem(
                description:
                    #"\#(path) must be {"module":"…","token":"…","key":"…","pin":"file"} (形式が違います)"#
            )
        }
        let pin = String(decoding: try KeyFile.read(named.pin), as: UTF8.self)
        return .external(
            try TokenKey.openedOrMade(
                TokenKey.Place(module: named.module, token: named.token, key: named.key),
                pin: Array(pin.trimmingCharacters(in: .newlines).utf8)))
    }

    private static func keys(in folder: String) throws -> [VerifyingKey] {
        try make(folder)
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            .filter { $0.hasSuffix(".jwk") }.map { name in
                let path = "\(folder)/\(name)"
                let text = String(decoding: try KeyFile.read(path), as: UTF8.self)
                guard let key = try? VerifyingKey(parsing: text) else {
                    throw KeyFile.Problem(description: "\(path) is no public key (公開鍵ではありません)")
                }
                return key
            }
    }

    private static func make(_ folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }
}
