internal import TegataCrypto
public import TegataSDJWT

/// What became of a wallet's file that was read: what it brought, and what could not be taken, by name.
public struct WalletImport: Sendable {
    /// The lists of the document.
    public enum List: String, CaseIterable, Sendable {
        /// The holder's keys.
        case keys
        /// Profiles of issuers.
        case issuers
        /// Cards.
        case cards
        /// Numbers of entitlements that were given away.
        case uses
        /// What issuers told.
        case inboxes
        /// What issuers signed over answers.
        case receipts
        /// Answers that are on their way.
        case answers
        /// What shops took.
        case vouchers
        /// Notices that are decided, with their proofs.
        case proofs
        /// Who asked for what.
        case history
    }

    /// Something that could not be taken.
    public struct Fault: Sendable, Equatable {
        /// In which list.
        public let list: List
        /// At which place of it, from 0.
        public let place: Int
        /// Why.
        public let reason: Refusal
    }

    /// The cards that were not there before, each checked as `Holder.accept` does.
    public internal(set) var cards = [Card]()
    /// The issuers that the wallet did not know: their profiles came with the file, and the person says whether to believe them.
    public internal(set) var newIssuers = [String]()
    /// What could not be taken.
    public internal(set) var faults = [Fault]()
}

extension Wallet {
    /// Takes in what a document says, each part checked, nothing of this wallet replaced by something older.
    ///
    /// - Throws: `malformed`, `limitExceeded`, `unsupported` for what is no document; then nothing has changed.
    mutating func merge(document bytes: [UInt8]) throws(Refusal) -> WalletImport {
        let document = try WalletDocument(parsing: bytes)
        var merged = self
        var report = WalletImport()
        var found = [String: Holder]()
        let clock = clock
        try document.each(.keys, &report) { json throws(Refusal) in
            let key = try SigningKey(privateJWK: json)
            guard let secret = key.portableSecret else { throw .unsupported }
            found[key.verifyingKey.thumbprint] = Holder(key: key, secret: secret, clock: clock)
        }
        try document.each(.issuers, &report) { json throws(Refusal) in
            let profile = try IssuerProfile(json: json)
            guard merged.profile(profile.issuer) == nil else { return }
            guard merged.issuers.count < Self.maximumIssuers else { throw .limitExceeded }
            merged.issuers.append(profile)
        }
        var cards = [Card]()
        try document.each(.cards, &report) { json throws(Refusal) in
            let written = try WrittenCard(json: json)
            guard let profile = merged.profile(written.issuer) else { throw .issuerUntrusted }
            guard let holder = found[written.key] else { throw .holderBindingMissing }
            let card = try holder.accept(written.issued, from: profile)
            let count = merged.kept.count
            try merged.take(card, of: holder)
            if merged.kept.count > count { cards.append(card) }
        }
        report.cards = cards
        try merged.mergeRest(document, &report)
        // An issuer from whom there is nothing is nobody to believe.
        merged.issuers.removeAll { profile in
            self.profile(profile.issuer) == nil
                && !merged.kept.contains { $0.card.issuer.hasSameBytes(as: profile.issuer) }
                && !merged.receipts.contains { $0.issuer.hasSameBytes(as: profile.issuer) }
                && !merged.answers.contains { $0.issuer.hasSameBytes(as: profile.issuer) }
                && !merged.vouchers.contains { $0.terms.issuer.hasSameBytes(as: profile.issuer) }
                && !merged.proofs.contains {
                    $0.proof.notice.issuer.hasSameBytes(as: profile.issuer)
                }
        }
        report.newIssuers = merged.issuers.map(\.issuer).filter { profile($0) == nil }
        self = merged
        return report
    }

    /// Uses, inboxes, receipts, answers, vouchers, proofs and history: grow-only, so that no order of imports loses anything.
    private mutating func mergeRest(
        _ document: WalletDocument, _ report: inout WalletImport
    ) throws(Refusal) {
        var merged = self
        try document.each(.uses, &report) { json throws(Refusal) in
            try merged.take(
                try EntitlementUses(json: json), at: try CardPlace(json: json))
        }
        try document.each(.inboxes, &report) { json throws(Refusal) in
            try merged.keep(try NoticeInbox(json: json))
        }
        try document.each(.receipts, &report) { json throws(Refusal) in
            let written = try WrittenReceipt(json: json)
            try merged.take(
                receipt: written.receipt, for: written.answer, of: written.issuer,
                at: written.place)
        }
        try document.each(.answers, &report) { json throws(Refusal) in
            try merged.take(try SentAnswer(json: json))
        }
        var taken = [TakenUse]()
        try document.each(.vouchers, &report) { json throws(Refusal) in
            taken.append(try TakenUse(json: json, among: merged))
        }
        merged.take(taken)
        var proofs = [KeptProof]()
        try document.each(.proofs, &report) { json throws(Refusal) in
            proofs.append(try KeptProof(json: json, among: merged))
        }
        merged.take(proofs)
        var records = merged.history
        var places = [[UInt8]: Int]()
        for (place, record) in records.enumerated() { places[record.id.array] = place }
        try document.each(.history, &report) { json throws(Refusal) in
            let record = try ConsentRecord(json: json)
            if let place = places[record.id.array] {
                if records[place].outcome == .sent { records[place].outcome = record.outcome }
            } else {
                places[record.id.array] = records.count
                records.append(record)
            }
        }
        records.sort { $0.time < $1.time }
        merged.history = Array(records.suffix(Self.maximumRecords))
        self = merged
    }
}

extension WalletDocument {
    /// Does something with each element of a list, and names those with which it could not be done.
    fileprivate func each(
        _ list: List, _ report: inout WalletImport, _ body: (JSON) throws(Refusal) -> Void
    ) throws(Refusal) {
        for (place, json) in try elements(list).enumerated() {
            do throws(Refusal) {
                try body(json)
            } catch {
                report.faults.append(
                    WalletImport.Fault(list: list, place: place, reason: error))
            }
        }
    }
}
