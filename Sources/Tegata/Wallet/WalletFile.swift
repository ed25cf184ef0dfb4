internal import TegataCrypto
public import TegataSDJWT

/// The header of a wallet's file, and the box behind it (Spec/wallet.md). The header says for whom the box is: a passphrase,
/// another device, or the device that it stays on.
struct WalletFile {
    enum Header: Equatable {
        case passphrase(Scrypt.Cost, salt: FixedBytes<16>)
        case device(from: Point, to: Point)
        case kept
    }

    private static let magic = Array("tegata-wallet/1\n".utf8)
    /// Bytes of a file beside its document.
    private static let overhead = 128

    let header: Header
    private let box: [UInt8]

    /// - Throws: `malformed`; `limitExceeded` for a file that is too large, or parameters beyond the bounds.
    init(parsing bytes: [UInt8]) throws(Refusal) {
        guard bytes.count <= WalletDocument.maximumSize + Self.overhead else {
            throw .limitExceeded
        }
        let start = Self.magic.count
        guard bytes.count > start, bytes.starts(with: Self.magic) else { throw .malformed }
        let rest = bytes[(start + 1)...]
        switch bytes[start] {
        case 1:
            guard rest.count > 19, let salt = FixedBytes<16>(rest.dropFirst(3).prefix(16)) else {
                throw .malformed
            }
            let first = rest.startIndex
            guard
                let cost = Scrypt.Cost(
                    logN: rest[first], r: rest[first + 1], p: rest[first + 2])
            else { throw .limitExceeded }
            header = .passphrase(cost, salt: salt)
            box = Array(rest.dropFirst(19))
        case 2:
            guard rest.count > 66, let from = try? Point(parsing: Array(rest.prefix(33))),
                let to = try? Point(parsing: Array(rest.dropFirst(33).prefix(33)))
            else { throw .malformed }
            header = .device(from: from, to: to)
            box = Array(rest.dropFirst(66))
        case 3:
            header = .kept
            box = Array(rest)
        default: throw .malformed
        }
    }

    /// The document, under the header's key.
    ///
    /// - Throws: `unauthorized` for another key and for every change.
    func open(under key: SecretBytes) throws(Refusal) -> [UInt8] {
        do {
            return try SealedBox.open(box, under: key, authenticating: Self.encode(header))
        } catch {
            throw .unauthorized
        }
    }

    /// The file of a document.
    static func seal(_ document: [UInt8], _ header: Header, under key: SecretBytes) -> [UInt8] {
        let header = encode(header)
        return header + SealedBox.seal(document, under: key, authenticating: header)
    }

    private static func encode(_ header: Header) -> [UInt8] {
        switch header {
        case .passphrase(let cost, let salt):
            magic + [1, cost.logN, cost.r, cost.p] + salt.array
        case .device(let from, let to): magic + [2] + from.encoded + to.encoded
        case .kept: magic + [3]
        }
    }
}

extension Wallet {
    private static let maximumPassphrase = 1024

    /// The wallet as one file under a passphrase. Whoever has the file can guess for as long as they like: let the person
    /// choose several words, and give them here in NFC.
    ///
    /// - Throws: `malformed` for fewer than ten characters, `limitExceeded` for more than 1,024 bytes of them or a wallet of more than 16 MiB,
    ///   `unavailable` without 128 MiB of memory.
    public func exported(under passphrase: String) throws(Refusal) -> [UInt8] {
        var random = SystemRandomness()
        return try exported(under: passphrase, cost: .standard, using: &random)
    }

    package func exported(
        under passphrase: String, cost: Scrypt.Cost, using random: inout some Randomness
    ) throws(Refusal) -> [UInt8] {
        guard passphrase.count >= 10 else { throw .malformed }
        let document = try WalletDocument.encode(self)
        let salt: FixedBytes<16> = random.fixed()
        let key = try Self.key(passphrase, cost, salt)
        return WalletFile.seal(document, .passphrase(cost, salt: salt), under: key)
    }

    /// Reads a file and takes in what it has, each card checked as `Holder.accept` does. Nothing is fetched, nobody is told.
    ///
    /// - Returns: what it brought, and what could not be taken.
    /// - Throws: `unauthorized` for another passphrase and for a file that was changed, without saying which; `typeMismatch` for a file to a
    ///   device; `malformed`, `limitExceeded`, `unsupported`, `unavailable`. Then nothing has changed.
    public mutating func take(
        _ file: [UInt8], under passphrase: String
    ) throws(Refusal) -> WalletImport {
        let file = try WalletFile(parsing: file)
        guard case .passphrase(let cost, let salt) = file.header else { throw .typeMismatch }
        return try merge(document: try file.open(under: try Self.key(passphrase, cost, salt)))
    }

    private static func key(
        _ passphrase: String, _ cost: Scrypt.Cost, _ salt: FixedBytes<16>
    ) throws(Refusal) -> SecretBytes {
        let bytes = Array(passphrase.utf8)
        guard bytes.count <= maximumPassphrase else { throw .limitExceeded }
        do {
            return try Scrypt.derive(from: bytes, salt: salt.array, cost: cost, count: 32)
        } catch {
            throw .unavailable
        }
    }
}

extension Wallet {
    /// The wallet as its own device keeps it, under 32 bytes that the device's key storage has.
    ///
    /// - Throws: `malformed` for a key of another size, `limitExceeded` for a wallet of more than 16 MiB.
    public func kept(under key: [UInt8]) throws(Refusal) -> [UInt8] {
        let key = try Self.keepingKey(key)
        return WalletFile.seal(try WalletDocument.encode(self), .kept, under: key)
    }

    /// Reads what ``kept(under:)`` wrote and takes in what it has, each card checked as `Holder.accept` does. What could not be taken is
    /// not in the next file: keep the one before.
    ///
    /// - Returns: what it brought, and what could not be taken.
    /// - Throws: `unauthorized` for another key and for a file that was changed; `typeMismatch` for a file under a passphrase or to
    ///   another device; `malformed`, `limitExceeded`, `unsupported`. Then nothing has changed.
    public mutating func take(
        _ file: [UInt8], keptUnder key: [UInt8]
    ) throws(Refusal) -> WalletImport {
        let key = try Self.keepingKey(key)
        let file = try WalletFile(parsing: file)
        guard file.header == .kept else { throw .typeMismatch }
        return try merge(document: try file.open(under: key))
    }

    private static func keepingKey(_ bytes: [UInt8]) throws(Refusal) -> SecretBytes {
        let info = Array("TEGATA-V01/wallet-kept".utf8)
        guard bytes.count == 32,
            let derived = try? HKDF.derive(from: bytes, salt: [], info: info, count: 32)
        else { throw .malformed }
        return SecretBytes(copying: derived.span)
    }
}
