internal import Foundation
internal import Hummingbird
internal import Pages
internal import ServiceKit
internal import Tegata

/// What becomes of a claim whose ID card may be newer than its edition allows (Spec/edition.md, "Cut-off").
enum Appeal: Codable, Sendable {
    /// The person has a number to tell at the office.
    case possible(number: String)
    /// The operator has seen the papers.
    case granted(because: String)
}

extension ClaimDesk {
    /// Gives a claim the number by which the operator finds it, when its refusal may come from the cut-off.
    ///
    /// - Returns: whether the claim's page says more than the refusal.
    func mayAppeal(
        _ record: ClaimRecord, _ opened: OpenEdition, at key: [UInt8], stored: [UInt8]
    ) async throws(Refusal) -> Bool {
        guard opened.edition.cutOff != nil, opened.edition.draw == nil else { return false }
        switch record.appeal {
        case nil: break
        case .possible: return true
        // It is not the cut-off then.
        case .granted: return false
        }
        // Eight digits, for people to say: only the operator can do something with them.
        let number = String(format: "%08d", Int.random(in: 0..<100_000_000))
        guard
            try await desk.store.replace(
                Self.place(number), nil, with: key, until: now + Self.lifetime, now: now)
        else { throw .conflict }
        var changed = record
        changed.appeal = .possible(number: number)
        return try await desk.store.replace(
            key, stored, with: encode(changed), until: now + Self.lifetime, now: now)
    }

    /// Lets the claim with this number through, for the hour that it lasts.
    ///
    /// - Throws: `expired` for a number that no claim has; `conflict` when the claim has just changed.
    func grant(
        _ number: String, in edition: String, because reason: String
    ) async throws(Refusal) {
        guard let key = try await desk.store.value(of: Self.place(number), now: now),
            let stored = try await desk.store.value(of: key, now: now),
            var record = decode(stored), record.edition == edition,
            case .possible(number)? = record.appeal
        else { throw .expired }
        record.appeal = .granted(because: reason)
        guard
            try await desk.store.replace(
                key, stored, with: encode(record), until: now + Self.lifetime, now: now)
        else { throw .conflict }
    }

    private static func place(_ number: String) -> [UInt8] { Array("appeal/\(number)".utf8) }
}

extension ClaimPages {
    /// What somebody whose ID card did not do is told, besides to try again.
    func appeal(
        _ claim: ClaimRecord, _ edition: OpenEdition, _ language: Language
    ) -> HTML {
        switch claim.appeal {
        case nil: .empty
        case .possible(let number):
            """
            \(RefusalNote(.nationalIDInvalid).html(language))
            <section><p>\(language(.onlyEarlier)) <strong>\(edition.cutOffDay.map { "\($0)" } ?? "")</strong> \(language(.ifReplaced))</p>
            <p class="big">\(number.prefix(4))-\(number.suffix(4))</p></section>
            """
        case .granted:
            """
            <section class="verdict good" role="status"><h2>\(language(.granted))</h2>
            <p>\(language(.showAgain))</p></section>
            """
        }
    }
}

extension OperatorPages {
    func grant(_ id: String, _ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await checked(request, context)
        // As it was said or written down: with a hyphen, with spaces.
        let number = try form.required("number", atMost: 32).filter(\.isNumber)
        try await ClaimDesk(desk: desk).grant(
            number, in: id, because: try form.required("because", atMost: 1024))
        return .seeOther("/operator")
    }

    /// The form that lets a claim through.
    func appeals(_ edition: OpenEdition, _ context: WebContext) -> HTML {
        guard let day = edition.cutOffDay, edition.edition.draw == nil else { return .empty }
        let (language, id) = (context.language, edition.edition.id)
        return """
            <form method="post" action="/operator/\(id)/appeal">\(context.session.field)
            <fieldset><legend>\(language(.onlyEarlier)) \(day)</legend>
            <label for="number-\(id)">\(language(.appealNumber))</label><input id="number-\(id)" name="number" inputmode="numeric" required>
            <label for="because-\(id)">\(language(.because)) <span class="hint">\(language(.becauseHint))</span></label>\
            <input id="because-\(id)" name="because" maxlength="300" required>
            <p><button class="quiet">\(language(.letThrough))</button></p></fieldset></form>
            """
    }

    /// The day in the opening form; `nil` without one.
    func cutOff(in form: Form) throws(Refusal) -> Int64? {
        guard let text = form["cut_off"] else { return nil }
        guard let day = Day(text) else { throw .malformed }
        return day.start
    }

    /// The field of the opening form.
    func cutOffField(_ language: Language) -> HTML {
        """
        <label for="cut_off">\(language(.cutOff)) <span class="hint">\(language(.cutOffHint))</span></label>\
        <input id="cut_off" name="cut_off" type="date">
        """
    }
}

extension OpenEdition {
    /// The day before which an ID card must have been made; `nil` without one.
    var cutOffDay: Day? { edition.cutOff.map { Day(of: $0) } }
}

extension Message {
    static let onlyEarlier = Message(
        "この日より前に作られた本人確認カードだけで受け取れます:", "Only with an ID card made before:")
    fileprivate static let ifReplaced = Message(
        "更新や再発行で新しくなった方は、窓口でこの番号をお伝えください。一時間のあいだ有効です。",
        "If yours was replaced or renewed, tell the office this number. It is good for an hour.")
    fileprivate static let granted = Message("窓口で認められました", "The office lets your claim through")
    fileprivate static let showAgain = Message(
        "もう一度、本人確認カードをかざしてください。", "Show your ID card once more.")
    fileprivate static let appealNumber = Message(
        "窓口で告げられた番号", "The number that the person tells you")
    fileprivate static let because = Message("認める理由", "Why")
    fileprivate static let becauseHint = Message(
        "個人を特定できることは書かないでください。件数だけが公開されます。",
        "Write nothing that names anyone. Only how many there were is public.")
    fileprivate static let letThrough = Message("例外として認める", "Let it through as an exception")
    fileprivate static let cutOff = Message(
        "本人確認カードの期日（空欄で無し）", "ID cards made before (empty for any)")
    fileprivate static let cutOffHint = Message(
        "新しく作り直したカードで二枚目を受け取れないようにします。協定世界時の日付です。",
        "So that nobody gets a second card with a replaced ID card. A day in UTC.")
}
