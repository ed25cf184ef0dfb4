internal import Foundation
internal import ServiceKit
public import Tegata

// What is kept of notices for years (Spec/notice.md, "The proof that a citizen keeps").
extension WalletService {
    /// The proofs that are kept of notices to a card, or to one before it under the same serial; oldest first. Nobody is asked.
    public func proofs(of card: KeptCard) throws -> [KeptProof] {
        try home.wallet().wallet.noticeProofs(of: card.card)
    }

    /// Asks the issuer for the proof of everything that was decided about notices to a card, and keeps what holds. The issuer learns
    /// that this card asked; nobody else does.
    ///
    /// - Returns: all that is kept now, and how many documents did not hold.
    /// - Throws: what the issuer says; `unavailable`.
    public func fetchProofs(
        of card: KeptCard
    ) async throws -> (kept: [KeptProof], refused: Int) {
        struct Reply: Decodable {
            let proofs: [String]
        }
        let text = try await tell(
            card, Self.noticeDoor + "/proofs", try await show(card, at: Self.noticeDoor))
        guard let reply = try? JSONDecoder().decode(Reply.self, from: Data(text.utf8)) else {
            throw Refusal.malformed
        }
        let refused = try home.change { wallet in
            var refused = 0
            for document in reply.proofs.prefix(1024) {
                do throws(Refusal) {
                    try wallet.keep(proof: document, of: card.card)
                } catch {
                    refused += 1
                }
            }
            return refused
        }
        return (try proofs(of: card), refused)
    }
}

extension KeptProof {
    /// What a file with the document is called.
    public var fileName: String {
        "notice-\(hexadecimal(Array(proof.notice.id.bytes.prefix(8)))).json"
    }
}

extension NoticeID {
    var bytes: [UInt8] { span.indices.map { span[$0] } }
}
