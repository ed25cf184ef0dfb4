internal import Pages
internal import ServiceKit

/// A link in a plan's file. All of it has to be there, and what is missing is named with how it should be.
struct LinkEntry: Decodable {
    struct Words: Decodable {
        let ja: String?
        let en: String?

        /// Both languages; `nil` when one is missing or empty.
        var message: Message? {
            guard let ja, let en, [ja, en].allSatisfy({ $0.contains { !$0.isWhitespace } }) else {
                return nil
            }
            return Message(ja, en)
        }
    }

    struct CardEntry: Decodable {
        let issuer: String?
        let edition: String?
        let claims: [String]?
        let hidden: Bool?
    }

    let id: String
    let title: Words?
    let purpose: Words?
    let cards: [CardEntry]?

    /// The link that this describes, at `place` of the file (`plan.json: links[0]`).
    ///
    /// - Throws: `KeyFile.Problem`, which names the field.
    func planned(_ place: String) throws -> PlannedLink {
        func problem(_ field: String, _ fix: String) -> KeyFile.Problem {
            KeyFile.Problem(description: "\(place) (\(id)).\(field): \(fix)")
        }
        let both = #"give both languages, {"ja": "…", "en": "…"} (日本語と英語の両方が必要です)"#
        guard let title = title?.message else { throw problem("title", both) }
        guard let purpose = purpose?.message else {
            throw problem("purpose", "say what it is for; " + both)
        }
        let entries = cards ?? []
        guard entries.count == 2 else {
            throw problem("cards", "give exactly two (ちょうど二枚にしてください), not \(entries.count)")
        }
        let found = try entries.enumerated().map { number, entry -> PlannedLink.Card in
            let field = "cards[\(number)]"
            guard let issuer = entry.issuer, !issuer.isEmpty else {
                throw problem(field + ".issuer", "give the issuer's address (発行者のアドレスが必要です)")
            }
            guard let edition = entry.edition, !edition.isEmpty else {
                throw problem(field + ".edition", "give the edition's id (版の名前が必要です)")
            }
            let isHidden = entry.hidden == true
            guard isHidden != (entry.claims != nil) else {
                throw problem(
                    field,
                    #"give either "claims": […] for a shown card, or "hidden": true (どちらか一方にしてください)"#
                )
            }
            return PlannedLink.Card(issuer: issuer, edition: edition, claims: entry.claims)
        }
        guard found[0].issuer != found[1].issuer || found[0].edition != found[1].edition else {
            throw problem("cards", "name two different editions (別々の版にしてください)")
        }
        return PlannedLink(id, title, for: purpose, found[0], found[1])
    }
}
