internal import Pages
internal import Tegata

extension Situation {
    /// What happened when two cards were to be linked, and what to do next.
    func linkingWords(_ refusal: Refusal) -> (happened: Message, next: Message) {
        switch refusal {
        case .issuerUntrusted:
            (
                Message(
                    "尋ねている相手を、この会員証入れは知りません。何も送っていません。",
                    "This wallet does not know who asks. Nothing was sent."),
                Message(
                    "知っている相手なら、wallet trust にそのアドレスを渡してください。",
                    "If it is one you know, give its address to: wallet trust.")
            )
        case .signatureInvalid:
            (
                Message(
                    "求めが途中で変えられています。何も送っていません。",
                    "The question was changed on the way. Nothing was sent."),
                Message("相手のページからやり直してください。", "Start again on the page that asked.")
            )
        case .unauthorized:
            (
                Message("同意がないので、何も送っていません。", "There was no yes, so nothing was sent."),
                Message(
                    "結ぶときは、もう一度開いて、同意の印をつけてください。",
                    "To link them, open it again and tick that you agree.")
            )
        case .typeMismatch:
            (
                Message(
                    "求められた二枚がそろっていないか、本人確認カードの方の会員証ではありません。何も送っていません。",
                    "One of the two cards is not here, or is not of the person with this ID card. Nothing was sent."
                ),
                Message(
                    "二枚とも受け取り、ご自分の本人確認カードをお使いください。",
                    "Receive both cards, and use your own ID card.")
            )
        case .nationalIDInvalid:
            (
                Message(
                    "二枚が同じ人のものだとは、本人確認カードで確かめられませんでした。",
                    "The ID card did not show that both cards are one person's."),
                Message(
                    "会員証を受け取ったときの本人確認カードをお使いください。",
                    "Use the ID card that the cards were received with.")
            )
        case .limitExceeded:
            (
                Message(
                    "隠しておく会員証が紛れる人数が少なすぎます。何も送っていません。",
                    "The card would hide among too few. Nothing was sent."),
                Message(
                    "会員が増えてからにするか、少ない人数でよいと同意してください。",
                    "Wait for more members, or agree to fewer.")
            )
        case .unsupported:
            (
                Message(
                    "ここには本人確認カードの読み取り機がないか、この発行者の確認先がわかりません。",
                    "There is no reader for an ID card here, or nobody here knows who checks it for this issuer."
                ),
                Message(
                    "読み取り機のある会員証入れで開いてください。", "Open it in a wallet that has a reader.")
            )
        case .conflict, .expired, .replayed, .holderBindingInvalid:
            (
                Message("この求めはもう終わっています。", "This question is over."),
                Message("相手のページからやり直してください。", "Start again on the page that asked.")
            )
        default: (refusal.whatHappened, refusal.whatToDo)
        }
    }
}
