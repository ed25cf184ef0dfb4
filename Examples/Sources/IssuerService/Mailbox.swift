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

    /// What a card's holder has to be told, oldest first.
    ///
    /// - Throws: `unavailable`.
    func mail(for serial: UInt32) async throws(Refusal) -> [String] {
        try await store.value([String].self, of: key(serial)) ?? []
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
            // What a notice is known by: what is signed of it (Spec/notice.md).
            guard let dot = text.lastIndex(of: ".") else { continue }
            return NoticeID(Array(SHA256.hash(data: Data(text[..<dot].utf8))))
        }
        return nil
    }

    private func key(_ serial: UInt32) -> [UInt8] { Array("mail/\(edition)/\(serial)".utf8) }
}
