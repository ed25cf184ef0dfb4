internal import TegataCrypto
public import TegataSDJWT

/// The old phone, on the way to a new one: first it promises a key, so that nobody in between can choose one that fits
/// (Spec/wallet.md, "From device to device"). It answers one reply.
public struct SendingDevice: ~Copyable, Sendable {
    private let secret: SecretScalar

    /// A device with a fresh key.
    public init() {
        self.init(secret: .random())
    }

    package init(secret: SecretScalar) {
        self.secret = secret
    }

    /// The first text, for the new phone: 57 characters.
    public var offer: String {
        MoveText.offer.write(MoveKeys.promise(secret.timesGenerator).array)
    }

    /// Takes the new phone's reply.
    ///
    /// - Throws: `malformed`; then begin again.
    public consuming func meet(_ reply: String) throws(Refusal) -> MetDevice {
        MetDevice(secret: secret, other: try MoveText.reply.point(reply))
    }

    /// An old phone that knows the new one's key, and waits for the person to say that it is.
    public struct MetDevice: ~Copyable, Sendable {
        private let secret: SecretScalar
        private let keys: MoveKeys

        fileprivate init(secret: SecretScalar, other: Point) {
            self.secret = secret
            keys = MoveKeys(from: secret.timesGenerator, to: other)
        }

        /// The third text, for the new phone: 58 characters.
        public var reveal: String { MoveText.reveal.write(keys.from.encoded) }
        /// Six digits, the same on both phones when nobody is between them.
        public var code: String { keys.code }

        /// The wallet, for the new phone alone.
        ///
        /// - Parameters:
        ///   - wallet: what is sent.
        ///   - code: what the person reads on the new phone. A program must not fill it in.
        /// - Returns: the file.
        /// - Throws: `unauthorized` for another code: somebody is between the phones; `limitExceeded` for a wallet of more than 16 MiB.
        public consuming func send(
            _ wallet: Wallet, comparing code: String
        ) throws(Refusal) -> [UInt8] {
            guard keys.code.hasSameBytes(as: code) else { throw .unauthorized }
            return WalletFile.seal(
                try WalletDocument.encode(wallet), keys.header,
                under: keys.key(agreed: keys.to.times(secret)))
        }
    }
}

/// The new phone. It answers an offer with a fresh key, and believes one reveal.
public struct ReceivingDevice: ~Copyable, Sendable {
    private let secret: SecretScalar
    private let promise: FixedBytes<32>

    /// Takes the old phone's offer.
    ///
    /// - Throws: `malformed`.
    public init(_ offer: String) throws(Refusal) {
        try self.init(offer, secret: .random())
    }

    package init(_ offer: String, secret: SecretScalar) throws(Refusal) {
        guard let promise = FixedBytes<32>(try MoveText.offer.read(offer)) else {
            throw .malformed
        }
        self.promise = promise
        self.secret = secret
    }

    /// The second text, for the old phone: 58 characters.
    public var reply: String { MoveText.reply.write(secret.timesGenerator.encoded) }

    /// Takes the old phone's key.
    ///
    /// - Throws: `malformed`, `conflict` for a key that was not promised; then begin again.
    public consuming func meet(_ reveal: String) throws(Refusal) -> MetDevice {
        let other = try MoveText.reveal.point(reveal)
        guard MoveKeys.promise(other) == promise else { throw .conflict }
        return MetDevice(secret: secret, other: other)
    }

    /// A new phone that knows the old one's key.
    public struct MetDevice: ~Copyable, Sendable {
        private let secret: SecretScalar
        private let keys: MoveKeys

        fileprivate init(secret: SecretScalar, other: Point) {
            self.secret = secret
            keys = MoveKeys(from: other, to: secret.timesGenerator)
        }

        /// Six digits, the same on both phones when nobody is between them.
        public var code: String { keys.code }

        /// Reads what the old phone sent and takes in what it has, as `Wallet.take` does. A file that was damaged on its way may come
        /// again.
        ///
        /// - Parameters:
        ///   - file: the file.
        ///   - wallet: the wallet of this phone.
        ///   - code: what the person reads on the old phone. A program must not fill it in.
        /// - Returns: what it brought, and what could not be taken.
        /// - Throws: `unauthorized` for another code, a file to another device, from another one, or changed; `typeMismatch` for one under a
        ///   passphrase; `malformed`, `limitExceeded`, `unsupported`. Then nothing has changed.
        public func receive(
            _ file: [UInt8], into wallet: inout Wallet, comparing code: String
        ) throws(Refusal) -> WalletImport {
            guard keys.code.hasSameBytes(as: code) else { throw .unauthorized }
            let file = try WalletFile(parsing: file)
            guard case .device = file.header else { throw .typeMismatch }
            guard file.header == keys.header else { throw .unauthorized }
            let key = keys.key(agreed: keys.from.times(secret))
            return try wallet.merge(document: try file.open(under: key))
        }
    }
}

/// Both public keys of a move, and what follows from them.
struct MoveKeys: Sendable {
    let from: Point
    let to: Point

    var header: WalletFile.Header { .device(from: from, to: to) }

    /// Six digits of both keys.
    var code: String {
        let hash = taggedHash("TEGATA-V01/wallet-code", from.encoded, to.encoded).array
        let number = hash.prefix(8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) } % 1_000_000
        let digits = String(number)
        return String(repeating: "0", count: 6 - digits.count) + digits
    }

    /// The key of the file, from the point that both can compute.
    func key(agreed point: Point) -> SecretBytes {
        let info = Array("TEGATA-V01/wallet-device".utf8) + from.encoded + to.encoded
        guard
            let derived = try? HKDF.derive(
                from: point.encoded, salt: [], info: info, count: 32)
        else { preconditionFailure("32 bytes are not too many") }
        return SecretBytes(copying: derived.span)
    }

    /// What says which key it will be, and nothing that helps to choose another.
    static func promise(_ key: Point) -> FixedBytes<32> { SHA256.hash(key.encoded) }
}

/// The three texts of a move, as they are shown in a QR code or sent.
private enum MoveText: Int {
    case offer = 1
    case reply
    case reveal

    private var prefix: String { "TEGATA-MOVE-\(rawValue):" }

    func write(_ bytes: [UInt8]) -> String { prefix + Base64URL.encode(bytes) }

    func read(_ text: String) throws(Refusal) -> [UInt8] {
        guard text.utf8.count <= 64, text.utf8.starts(with: prefix.utf8) else { throw .malformed }
        return try Base64URL.decode(
            String(decoding: text.utf8.dropFirst(prefix.utf8.count), as: UTF8.self))
    }

    func point(_ text: String) throws(Refusal) -> Point {
        guard let point = try? Point(parsing: try read(text)) else { throw .malformed }
        return point
    }
}
