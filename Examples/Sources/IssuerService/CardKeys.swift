internal import Foundation
internal import ServiceKit
internal import Tegata

/// The keys that sign cards, as the folder has them: `card.key` signs, each file in `cards/` is the public half of a key whose
/// cards count, each in `withdrawn/` of one whose cards count no more. A key is replaced by another `card.key`, and withdrawn by
/// moving its file.
struct CardKeys {
    let card: Secp256k1.PrivateKey
    let earlier: [VerifyingKey]
    let withdrawn: [VerifyingKey]

    /// Reads the folder, and notes the key in force.
    ///
    /// - Throws: `KeyFile.Problem` with what to do.
    init(in folder: String) throws {
        card = try Secp256k1.PrivateKey(rawRepresentation: KeyFile.secret(folder + "/card.key"))
        let own = SigningKey.secp256k1(card).verifyingKey
        withdrawn = try Self.keys(in: folder + "/withdrawn")
        guard !withdrawn.contains(own) else {
            throw KeyFile.Problem(
                description: """
                    \(folder)/card.key is withdrawn (使用停止の鍵です): put another key there, or take its file out of withdrawn/
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
