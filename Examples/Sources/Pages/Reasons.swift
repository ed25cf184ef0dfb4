public import Tegata

extension Refusal {
    /// What happened, for the person who met it.
    public var whatHappened: Message { words.happened }
    /// What to do next.
    public var whatToDo: Message { words.next }

    private var words: (happened: Message, next: Message) {
        switch self {
        case .malformed:
            (Message("送られたデータを読み取れませんでした。", "What was sent could not be read."), .again)
        case .unsupported:
            (
                Message("この方式には対応していません。", "This kind of card or request is not supported here."),
                Message("係の人にお尋ねください。", "Please ask the staff which cards are accepted.")
            )
        case .signatureInvalid:
            (
                Message(
                    "署名が正しくありません。データが変えられた可能性があります。",
                    "A signature is wrong: something was changed on the way."),
                .again
            )
        case .issuerUntrusted:
            (
                Message("この発行者の会員証は、ここでは使えません。", "Cards of this issuer are not accepted here."),
                Message("別の会員証をお使いください。", "Please use another card.")
            )
        case .typeMismatch:
            (
                Message("求められた会員証ではありません。", "This is not the card that was asked for."),
                Message(
                    "求められた版の会員証をお選びください。", "Please choose a card of the edition that is asked for.")
            )
        case .disclosureInvalid:
            (Message("示された項目が会員証と一致しません。", "What was shown does not belong to the card."), .again)
        case .holderBindingMissing:
            (
                Message(
                    "本物の会員証ですが、持ち主の確認がありません。",
                    "The card is genuine, but nobody has shown to be its holder."),
                Message(
                    "写しではなく、会員証のアプリから提示してください。", "Please present it from the wallet, not as a copy."
                )
            )
        case .holderBindingInvalid:
            (
                Message(
                    "この会員証の持ち主であることを確認できませんでした。",
                    "It could not be confirmed that you are the holder."),
                Message("新しいQRコードを読み取ってください。", "Please scan a fresh code.")
            )
        case .replayed:
            (
                Message("すでに使われています。", "This was used before."),
                Message("もう一度はじめからお願いします。", "Please start again with a fresh code.")
            )
        case .expired:
            (
                Message("有効期限が切れました。", "The time for this is over."),
                Message("もう一度はじめからお願いします。", "Please start again.")
            )
        case .notYetValid:
            (
                Message("まだ有効になっていません。", "This is not valid yet."),
                Message("時間をおいて、もう一度お試しください。", "Please come back later.")
            )
        case .revoked:
            (
                Message("この会員証は失効しています。", "This card was ended by its issuer."),
                Message("発行した市の窓口にお問い合わせください。", "Please ask the city that issued it.")
            )
        case .suspended:
            (
                Message("この会員証は一時停止中です。", "This card is suspended."),
                Message("発行した市の窓口にお問い合わせください。", "Please ask the city that issued it.")
            )
        case .statusUnknown:
            (
                Message(
                    "会員証が今も有効か、確認できませんでした。",
                    "Whether the card is still valid could not be found out."),
                .later
            )
        case .limitExceeded:
            (Message("回数または大きさの上限を超えました。", "Too many requests, or too large a one."), .later)
        case .unauthorized:
            (
                Message("この操作は許可されていません。", "This is not allowed."),
                Message("はじめのページからやり直してください。", "Please start again from the first page.")
            )
        case .soldOut:
            (
                Message("この版は定員に達しました。", "Every card of this edition is taken."),
                Message("次の版をお待ちください。", "Please wait for the next edition.")
            )
        case .alreadyClaimed:
            (
                Message(
                    "この版の会員証は、おひとり一枚です。すでに受け取られています。",
                    "You have a card of this edition: there is one for each person."),
                Message(
                    "電話をなくされたときは、再発行をお申し込みください。", "If you lost your phone, ask for your card again."
                )
            )
        case .conflict:
            (Message("前の手続きと内容が合いません。", "This does not fit what was sent before."), .again)
        case .logProofInvalid:
            (
                Message(
                    "公開の記録にこの会員証を確認できませんでした。", "The card could not be found in the public log."),
                Message("発行した市の窓口にお問い合わせください。", "Please ask the city that issued it.")
            )
        case .nationalIDInvalid:
            (
                Message("本人確認ができませんでした。", "The proof with the ID card did not hold."),
                Message(
                    "カードの有効期限と、かざし方をお確かめください。",
                    "Please check that your ID card is valid, and try again.")
            )
        case .unavailable:
            (Message("ただいま応答できません。", "This cannot be answered just now."), .later)
        @unknown default:
            (Message("受け付けられませんでした。", "This was refused."), .again)
        }
    }
}

extension Message {
    fileprivate static let again = Message("もう一度お試しください。", "Please try again.")
    fileprivate static let later = Message(
        "しばらくしてから、もう一度お試しください。", "Please try again in a while.")
}
