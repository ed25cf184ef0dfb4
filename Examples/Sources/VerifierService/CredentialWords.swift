internal import Pages
internal import Tegata

// What people read about credentials of other issuers.
extension Message {
    static let foreignCredential = Message(
        "会員証ではなく、ほかの発行者の証明書をお尋ねします", "Not a card: a credential of another issuer")
    static let credentialType = Message("証明書の種類", "Type of credential")
    static let onlyCredential = Message(
        "有効な証明書の持ち主であること、発行者と種類",
        "That you hold a valid credential, its issuer and type")
    static let credentialNotBelieved = Message(
        "この発行者の証明書を確かめるための一覧が、まだありません。",
        "Who vouches for this issuer's credentials is not known here yet.")
    static let everyElement = Message("すべて", "all")
    static let goodCredential = Message(
        "ほかの発行者の、有効な証明書です", "A valid credential of another issuer")
    static let noCard = Message(
        "会員証ではありません。言っているのは、次の発行者です。",
        "It is no membership card. What follows is what this issuer says.")
    static let credentialHolderProven = Message(
        "確認済み（今、証明書の鍵で）", "proven, just now, with the credential's key")

    fileprivate static let credentialOfThisDevice = Message(
        "この端末の証明書で確認", "Check with the wallet on this device")
    fileprivate static let scanForCredential = Message(
        "証明書のアプリで読み取ってください", "Scan this with the wallet that holds it")
    fileprivate static let openCredentialWallet = Message(
        "証明書のアプリをひらく", "Open the wallet that holds it")
    fileprivate static let codeForCredential = Message(
        "証明書を示すためのQRコード", "QR code for showing a credential")
    fileprivate static let askIssuer = Message(
        "発行者にお問い合わせください。", "Please ask its issuer.")
    fileprivate static let showTheOne = Message(
        "求められた証明書をお選びください。", "Please choose the credential that is asked for.")
}

extension Check.Asked {
    private var isCard: Bool { if case .card = self { true } else { false } }

    var withThisDevice: Message { isCard ? .withThisDevice : .credentialOfThisDevice }
    var scan: Message { isCard ? .scan : .scanForCredential }
    var openWallet: Message { isCard ? .openWallet : .openCredentialWallet }
    var codeFor: Message { isCard ? .codeFor : .codeForCredential }

    /// A refusal in words that fit what was asked for.
    func note(_ refusal: Refusal) -> RefusalNote {
        isCard ? RefusalNote(refusal) : RefusalNote(ofCredential: refusal)
    }
}

extension RefusalNote {
    /// A refusal where a credential was asked for: the words for cards would send people to a city.
    fileprivate init(ofCredential refusal: Refusal) {
        switch refusal {
        case .issuerUntrusted:
            self.init(
                refusal,
                Message(
                    "この発行者の証明書は、ここでは使えません。",
                    "Credentials of this issuer are not accepted here."), .showTheOne)
        case .typeMismatch, .unsupported:
            self.init(
                refusal,
                Message("求められた証明書ではありません。", "This is not the credential that was asked for."),
                .showTheOne)
        case .holderBindingMissing:
            self.init(
                refusal,
                Message(
                    "証明書の持ち主の確認がありません。",
                    "Nobody has shown to be the credential's holder."),
                .showTheOne)
        case .holderBindingInvalid:
            self.init(
                refusal,
                Message(
                    "この証明書の持ち主であることを確認できませんでした。",
                    "It could not be confirmed that you are the credential's holder."),
                refusal.whatToDo)
        case .revoked:
            self.init(
                refusal,
                Message("この証明書は失効しています。", "This credential was ended by its issuer."), .askIssuer)
        case .suspended:
            self.init(
                refusal, Message("この証明書は一時停止中です。", "This credential is suspended."), .askIssuer)
        case .statusUnknown:
            self.init(
                refusal,
                Message(
                    "証明書が今も有効か、確認できませんでした。",
                    "Whether the credential is still valid could not be found out."),
                refusal.whatToDo)
        case .disclosureInvalid:
            self.init(
                refusal,
                Message(
                    "示された項目が証明書と一致しません。",
                    "What was shown does not belong to the credential."), refusal.whatToDo)
        default: self.init(refusal)
        }
    }
}
