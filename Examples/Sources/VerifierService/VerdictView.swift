internal import Pages
internal import Tegata

/// A good verdict as people see it.
struct VerdictView {
    let verdict: Verdict
    let counter: Counter

    func html(_ language: Language) async -> HTML {
        let isCard = verdict.serial != nil
        return """
            <section class="verdict good" role="status">
            <h2>✓ \(language(isCard ? .good : .goodPerson))</h2>
            \(verdict.usesTestAnchors ? testNote(language) : .empty)
            \(await facts(language))
            </section>
            """
    }

    /// What was learned of the card, without the verdict itself.
    func facts(_ language: Language) async -> HTML {
        """
        \(verdict.serial.map { number($0) })
        <dl>
        \(await counter.name(of: verdict.edition, verdict.issuer, language))
        \(verdict.serial == nil ? .empty : card(language))
        <dt>\(language(.person))</dt><dd>\(verdict.person.words(language))</dd>
        </dl>
        """
    }

    private func testNote(_ language: Language) -> HTML {
        """
        <p class="test" role="note">TEST · \(language(.testCards))</p>
        """
    }

    private func number(_ serial: UInt32) -> HTML {
        """
        <p class="big">№ \(serial) / \(verdict.limit)</p>
        """
    }

    private func card(_ language: Language) -> HTML {
        let benefits = verdict.benefits.map { language.label($0) }.joined(separator: ", ")
        let claims = verdict.claims.map { claim -> HTML in
            """
            <dt>\(language.label(claim.name))</dt><dd>\(claim.value.cut(to: 400))</dd>
            """
        }
        return """
            <dt>\(language(.benefits))</dt><dd>\(benefits.isEmpty ? language(.none) : benefits)</dd>
            \(HTML.join(claims))
            <dt>\(language(.holder))</dt>\
            <dd>\(language(verdict.isHolderProven ? .holderProven : .holderNotProven))</dd>
            """
    }
}

extension Verdict.Person {
    /// What is known about the person, in words.
    func words(_ language: Language) -> String {
        switch self {
        case .notAsked: language(.personNotAsked)
        case .proven: language(.personProven)
        case .provenRevocationNotChecked:
            language(.personProven) + " · " + language(.revocationNotChecked)
        }
    }
}
