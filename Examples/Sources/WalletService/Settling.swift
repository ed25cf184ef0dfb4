internal import Foundation
internal import ServiceKit
internal import Tegata
internal import TegataOpenID

extension WalletService {
    /// Proves for everyone that a person is behind a card, without saying which session was theirs (Spec/settlement.md): fetches
    /// the issuer's frozen lists of sessions one after the other until one has the card's.
    ///
    /// - Parameters:
    ///   - number: the card.
    ///   - crowd: among how many sessions at least.
    /// - Returns: the number of the list.
    /// - Throws: `unsupported` when the issuer publishes no lists of sessions; `notYetValid` when none has the card's session
    ///   yet; what `Holder.settle` throws.
    public func settle(_ number: Int, ofAtLeast crowd: Int = 64) async throws -> Int {
        let kept = try card(number)
        let card = kept.card
        let isLoopback = try OutboundHTTP.Target(card.issuer, acceptsLoopback: acceptsLoopback)
            .isLoopback
        // Lists are larger than everything else.
        let http = OutboundHTTP(limit: 8 << 20, seconds: 60)
        for list in 0..<1024 {
            let answer = try await http.send(
                "GET", card.issuer + "/tegata/sessions/\(card.edition.id)/\(list)",
                acceptsLoopback: isLoopback)
            guard answer.status == 200 else {
                // After the last list there is none: the card's session is in none of them.
                if list > 0 && answer.status < 500 { throw Refusal.notYetValid }
                throw answer.status == 404 ? Refusal.unsupported : answer.reason
            }
            guard let text = String(validating: answer.body, as: UTF8.self) else {
                throw Refusal.malformed
            }
            let proof: String
            do {
                proof = try kept.holder.settle(
                    card, in: text, from: kept.profile, ofAtLeast: crowd)
            } catch Refusal.notYetValid {
                continue
            }
            let taken = try await http.send(
                "POST", card.issuer + "/tegata/settle", body: Array(proof.utf8),
                acceptsLoopback: isLoopback)
            guard (200..<300).contains(taken.status) else {
                throw taken.status == 404 ? Refusal.unsupported : taken.reason
            }
            return list
        }
        throw Refusal.notYetValid
    }
}
