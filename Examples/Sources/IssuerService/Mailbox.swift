internal import Crypto
internal import Foundation
internal import ServiceKit
internal import Tegata

/// What the holders of an edition's cards have to be told, until they come for it: notices and withdrawals, by serial. It is sealed as
/// the state is; the register has everything besides.
///
/// Someone who can rewrite the storage can hold mail back; wallets check whatever arrives.
struct Mailbox: NoticeTransport {
    let store: any StateStore
    let edition: String
    /// What wakes whoever wants to hear of it.
    let bell: Bell
    /// Mail is kept for so many seconds after the last delivery.
    private static let memory: Int64 = 400 * 86_400
    private static let capacity = 256

    func deliver(_ notice: String, to address: NoticeAddress) async throws {
        guard case .card(let serial, _) = address else { throw Refusal.unsupported }
        try await add(notice, for: serial.number)
    }

    /// Adds a notice or a withdrawal, once, and has its browsers woken.
    ///
    /// - Throws: `limitExceeded` for a card that was told 256 things, `unavailable`.
    func add(_ text: String, for serial: UInt32) async throws(Refusal) {
        var isNew = false
        try await store.change(key(serial), until: Now.seconds + Self.memory) {
            (known: [String]?) throws(Refusal) in
            let mail = known ?? []
            isNew = !mail.contains(text)
            guard isNew else { return nil }
            guard mail.count < Self.capacity else { throw .limitExceeded }
            return mail + [text]
        }
        if isNew { bell.ring(edition, serial) }
    }

    /// What the holder of a card has to be told, oldest first: notices to the key that the card is bound to, and their withdrawals. What
    /// was told before the card was passed on is another person's.
    ///
    /// - Throws: `unavailable`.
    func mail(for serial: UInt32, boundTo key: Data) async throws(Refusal) -> [String] {
        struct Payload: Decodable {
            struct Address: Decodable { let key: String? }
            let to: Address?
            let notice: String?
        }
        var own = Set<Data>()
        return try await mail(for: serial).filter { text in
            guard let payload = CompactText(text)?.read(Payload.self) else { return false }
            if let withdrawn = payload.notice.flatMap({ Data(base64URL: $0) }) {
                return own.contains(withdrawn)
            }
            guard payload.to?.key.flatMap({ Data(base64URL: $0) }) == key,
                let id = Self.id(of: text)
            else { return false }
            own.insert(id)
            return true
        }
    }

    private func mail(for serial: UInt32) async throws(Refusal) -> [String] {
        try await store.value([String].self, of: key(serial)) ?? []
    }

    /// What a notice is known by: SHA-256 of what is signed of it (Spec/notice.md).
    private static func id(of text: String) -> Data? {
        text.lastIndex(of: ".").map { Data(SHA256.hash(data: Data(text[..<$0].utf8))) }
    }

    /// The newest notice of a programme to a card.
    ///
    /// - Throws: `unavailable`.
    func notice(of programme: String, to serial: UInt32) async throws(Refusal) -> NoticeID? {
        struct Payload: Decodable {
            struct Programme: Decodable { let id: String }
            let programme: Programme?
        }
        for text in try await mail(for: serial).reversed() {
            guard CompactText(text)?.read(Payload.self)?.programme?.id == programme else {
                continue
            }
            return Self.id(of: text).flatMap { NoticeID(Array($0)) }
        }
        return nil
    }

    private func key(_ serial: UInt32) -> [UInt8] { Array("mail/\(edition)/\(serial)".utf8) }
}
