import type { Texts } from "../textShape.ts";

export const en: Texts = {
  problems: {
    "token-missing": {
      title: "You are not signed in",
      detail: "Sign in with your recovery account and try again.",
    },
    "token-invalid": {
      title: "Your sign-in was not accepted",
      detail: "Sign in with your recovery account and try again.",
    },
    "token-expired": {
      title: "Your sign-in has expired",
      detail: "Sign in with your recovery account and try again.",
    },
    "work-account-refused": {
      title: "A work or school account can't be used for backup",
      detail: "Sign in with a personal account. Its backup holds your work and school accounts too.",
    },
    "provider-refused": {
      title: "An account provider can't use a backup",
      detail: "Backups belong to their owners alone. Sign in with a personal account.",
    },
    "operator-refused": {
      title: "An operator can't use a backup",
      detail: "Backups belong to their owners alone. Sign in with a personal account.",
    },
    "provider-required": {
      title: "This is for account providers",
      detail: "Use a token that your organization's app got with its own credentials.",
    },
    "operator-required": {
      title: "This is for operators",
      detail: "Use a token of an account that operates this service.",
    },
    "role-required": {
      title: "The token lacks an app role",
      detail: "Ask whoever manages the app registration for the role that is named.",
    },
    "proof-missing": {
      title: "The phone did not prove who it is",
      detail: "Send one DPoP header with a proof signed by the phone's key.",
    },
    "proof-invalid": {
      title: "The phone's proof was not accepted",
      detail:
        "Make a new proof for this method, this address and this access token, signed by the phone's key.",
    },
    "proof-expired": {
      title: "The phone's proof is too old or from the future",
      detail:
        "Either the phone's clock is wrong, or the request took too long to arrive. Compare the clock with the service's time given here, and try again, on a faster connection if you can.",
    },
    "proof-replayed": {
      title: "The phone's proof was used before",
      detail: "Make a new proof for every request, also when you repeat one.",
    },
    "device-not-registered": {
      title: "This phone is not registered",
      detail: "Register this phone with your recovery account first.",
    },
    "step-up-required": {
      title: "Please sign in again",
      detail: "To protect your accounts, confirm with your recovery account that it is you.",
    },
    "too-many-refusals": {
      title: "Too many requests were refused",
      detail:
        "To protect your accounts, no more requests with this sign-in are answered for a while. A fresh sign-in is let through. Backing up goes on as usual.",
    },
    "too-many-tries": {
      title: "Too many tries",
      detail: "To protect your accounts, further tries are refused for a while. Backing up goes on as usual.",
    },
    "client-version-invalid": {
      title: "The app's version is missing or malformed",
      detail: "Send the app's version in X-Client-Version, as one to four numbers with dots between.",
    },
    "client-platform-invalid": {
      title: "The phone's platform is missing or unknown",
      detail: "Send ios or android in X-Client-Platform.",
    },
    "client-platform-changed": {
      title: "This phone was registered with another platform",
      detail: "A phone keeps the platform it was registered with. Register this phone with new keys.",
    },
    "app-version-unsupported": {
      title: "This version of the app is too old",
      detail: "Update the app to back up and recover your accounts.",
    },
    "length-required": {
      title: "The request does not say how long it is",
      detail: "Send a Content-Length. A body in chunks is not accepted.",
    },
    "body-too-large": {
      title: "The request is too large",
      detail: "Send a smaller body.",
    },
    "content-type-unsupported": {
      title: "The request is not JSON",
      detail: "Send the body as application/json in UTF-8.",
    },
    "content-encoding-unsupported": {
      title: "The request is compressed",
      detail: "Send the body without Content-Encoding.",
    },
    "body-missing": {
      title: "The request has no body",
      detail: "Send the JSON object that this address asks for.",
    },
    "json-invalid": {
      title: "The request is not valid JSON",
      detail: "Send one JSON value in UTF-8 (RFC 8259).",
    },
    "json-too-deep": {
      title: "The request is nested too deeply",
      detail: "Send a body of the form that this address asks for.",
    },
    "json-too-many-members": {
      title: "The request has too many members",
      detail: "Send a body of the form that this address asks for.",
    },
    "json-duplicate-key": {
      title: "The request names a member twice",
      detail: "Name each member of an object once.",
    },
    "json-invalid-number": {
      title: "The request holds a number that is not accepted",
      detail: "Numbers are whole, and written without a fraction or an exponent.",
    },
    "json-invalid-string": {
      title: "The request holds a character that is not accepted",
      detail: "Strings may hold neither NUL nor a lone surrogate.",
    },
    "private-key-refused": {
      title: "The request holds a private key",
      detail: "A private key never leaves the phone it was made on. Send public keys only.",
    },
    "body-invalid": {
      title: "The request is not of the form that this address asks for",
      detail: "Correct what the errors name, and try again.",
    },
    "parameter-invalid": {
      title: "The address is not of the right form",
      detail: "Correct what the errors name, and try again.",
    },
    "header-invalid": {
      title: "A header is not of the right form",
      detail: "Correct what the errors name, and try again.",
    },
    "idempotency-key-invalid": {
      title: "The idempotency key is missing or malformed",
      detail:
        "Send 16 to 64 letters, digits, - or _ in Idempotency-Key, new for each act, the same when you retry it.",
    },
    "idempotency-key-reused": {
      title: "The idempotency key belongs to another request",
      detail: "Use a new key for a new act. A retry sends the very same body.",
    },
    "precondition-required": {
      title: "The upload does not say what it replaces",
      detail: "Send If-Match with the ETag of the status, or If-None-Match: * for the first version.",
    },
    "not-found": {
      title: "There is nothing at this address",
      detail: "Check the address and try again.",
    },
    "method-not-allowed": {
      title: "This address does not take this method",
      detail: "Use one of the methods in the Allow header.",
    },
    "device-id-mismatch": {
      title: "The address names another phone",
      detail: "A phone registers itself, under the thumbprint (RFC 7638) of the key that signs its proofs.",
    },
    "device-conflict": {
      title: "This phone was registered with another sealing key",
      detail: "Make new keys, and register the phone under the new ones.",
    },
    "too-many-devices": {
      title: "You have too many phones",
      detail: "Remove a phone that you no longer use, and try again.",
    },
    "backup-off": {
      title: "Backup is off",
      detail: "Turn on backup first.",
    },
    "backup-already-on": {
      title: "There is a backup already",
      detail: "Recover it on this phone, so that nothing in it is lost.",
    },
    "backup-none": {
      title: "There is no backup",
      detail:
        "This recovery account has no backup. Check that you signed in with the right one, or add your accounts by hand.",
    },
    "backup-deleted": {
      title: "Your backup was deleted",
      detail:
        "Backup was turned off, and the backup can't be brought back. Add your accounts by hand, and turn on backup again.",
    },
    "confirmation-required": {
      title: "This has to be confirmed",
      detail:
        "It can't be undone. Send confirm in the address, with the value named here, when the owner agrees.",
    },
    "version-not-found": {
      title: "This version of your backup is not there",
      detail:
        "It may have been removed because of its age, or together with an earlier backup. Choose another one.",
    },
    "version-current": {
      title: "Your backup already is this version",
      detail: "There is nothing to restore. Choose another version if this is not the one you want.",
    },
    "trust-required": {
      title: "This phone does not have the backup yet",
      detail:
        "Only a phone that turned backup on or recovered it can do this. Recover it on this phone, or start anew.",
    },
    "start-anew-required": {
      title: "Another of your phones still counts for this backup",
      detail:
        "Start anew on this phone: your other phones are told, and a waiting time that you chose applies.",
    },
    "token-used-elsewhere": {
      title: "This sign-in belongs to another phone",
      detail: "Sign in on this phone itself.",
    },
    "version-out-of-reach": {
      title: "That version is from before this phone was trusted",
      detail: "Recover that version on this phone: a waiting time that you chose applies.",
    },
    "version-elsewhere": {
      title: "That version was made with another kind of phone or iCloud account",
      detail: "Recover it on a phone that can open it. It can't be made current here.",
    },
    "platform-changed": {
      title: "Your backup was made on another kind of phone",
      detail:
        "A backup from one operating system can't be used on another. Your backup is kept. Add your accounts by hand on this phone.",
    },
    "storage-account-missing": {
      title: "iCloud is needed",
      detail: "Sign in to iCloud on this phone, with the account that your backup uses, and try again.",
    },
    "storage-account-mismatch": {
      title: "This is not the iCloud account of your backup",
      detail: "Sign in to the iCloud account that the backup was made with, and try again.",
    },
    "storage-account-unexpected": {
      title: "A storage account is not used on this platform",
      detail: "Leave the storage check out on Android.",
    },
    "envelope-invalid": {
      title: "The envelope is malformed",
      detail: "Send a compact JWE (RFC 7516) with exactly the header members that the protocol names.",
    },
    "envelope-mismatch": {
      title: "The envelope does not belong here",
      detail:
        "Read the backup's status, and make the envelope anew for this owner, platform, version and key.",
    },
    "overwrite-refused": {
      title: "There is a backup that this phone has not recovered",
      detail: "Backing up now would replace it, so nothing was changed. Recover it on this phone first.",
    },
    "sharp-drop": {
      title: "Most of your accounts are missing on this phone",
      detail:
        "To be safe, your backup was not replaced. Recover it on this phone, or confirm that you want to replace it.",
    },
    "version-changed": {
      title: "The backup has changed in the meantime",
      detail: "Check what it holds now, and back up again.",
    },
    "backup-frozen": {
      title: "Your backup is frozen",
      detail:
        "A recovery was denied from one of your phones. Nothing leaves your backup until this ends, or you lift it on that phone or on an older one.",
    },
    "older-phone-required": {
      title: "An older phone is needed for this",
      detail: "Only a phone that you have used for longer can decide about this. Use that phone.",
    },
    "recovery-key-none": {
      title: "No recovery key opens this backup",
      detail:
        "A recovery key has to be set up beforehand, on a phone that has the backup. Sign in to the iCloud account that the backup was made with.",
    },
    "recovery-key-wrong": {
      title: "This recovery key was not accepted",
      detail: "Check that it is the newest one for this backup, and type it in again.",
    },
    "recovery-key-unneeded": {
      title: "This backup needs no recovery key",
      detail: "It opens with your recovery account alone. There is nothing to set up.",
    },
    "recovery-key-invalid": {
      title: "The recovery key could not be set up",
      detail: "What the phone sent does not belong to this backup. Update the app and try again.",
    },
    "accounts-present": {
      title: "There are accounts on this phone already",
      detail:
        "Remove the accounts that are in the way from this phone, and recover again. Your backup is kept.",
    },
    "storage-bound": {
      title: "This backup opens with iCloud alone",
      detail:
        "It can't be moved to this phone as it is. On the old phone, make a version without iCloud, or use your recovery key.",
    },
    "recovery-not-found": {
      title: "There is no such recovery",
      detail: "It may have ended, or belong to another phone. Begin a new one.",
    },
    "recovery-waiting": {
      title: "Your recovery is waiting",
      detail:
        "You chose a waiting time for recoveries. Approve it on another of your phones, or come back when the time has passed.",
    },
    "recovery-own": {
      title: "This phone can't decide about its own recovery",
      detail: "Another of your phones approves or denies it. On this phone you can cancel it.",
    },
    "recovery-over": {
      title: "This recovery is over",
      detail: "It can't be changed any more. Begin another one if you need it.",
    },
    "contact-address-invalid": {
      title: "This address or number can't be used",
      detail:
        "Check it and type it in again: an e-mail address, or a number with + and the country code, without the zero that follows it at home.",
    },
    "contact-region-refused": {
      title: "Text messages can't be sent to this number",
      detail: "Use a number of another country, or an e-mail address.",
    },
    "contact-present": {
      title: "This contact is there already",
      detail: "Use another address or number, or remove this contact first.",
    },
    "too-many-contacts": {
      title: "You have too many contacts",
      detail: "Remove a contact that you no longer use, and try again.",
    },
    "contact-not-found": {
      title: "There is no such contact",
      detail: "It may have been removed. Look at your contacts.",
    },
    "contact-confirmed": {
      title: "This contact is confirmed already",
      detail: "Nothing more needs to be done for it.",
    },
    "contact-code-wrong": {
      title: "This code is not right",
      detail: "Check the newest code that was sent to this contact, and type it in again.",
    },
    "contact-code-expired": {
      title: "This code has expired",
      detail: "A code is good for 10 minutes. Have a new one sent.",
    },
    "contact-code-superseded": {
      title: "There is a newer code",
      detail: "Type in the code that was sent last.",
    },
    "code-sent-recently": {
      title: "A code was sent just now",
      detail: "It may take a moment to arrive. Wait before you have another one sent.",
    },
    "contact-not-counted": {
      title: "This contact can't be used yet",
      detail: "A contact counts 7 days after it was confirmed. Use another one, or wait.",
    },
    "push-token-mismatch": {
      title: "This push token is not for this phone",
      detail: "Send a token of the platform of this phone; only APNs has a sandbox.",
    },
    "code-not-sent": {
      title: "The code could not be sent",
      detail: "Try again in a moment, and use the newest code that arrives.",
    },
    "challenge-not-found": {
      title: "There is no such verification",
      detail: "It may be over. Begin again with the account.",
    },
    "challenge-over": {
      title: "This verification is over",
      detail: "Begin again with the account if it still needs to be verified.",
    },
    "challenge-proof-missing": {
      title: "Something still has to be proved",
      detail: "The account's key is taken only when all proofs that are listed were given.",
    },
    "proof-not-accepted": {
      title: "This does not verify the account",
      detail:
        "A password does not verify a work or school account, and a provider's code does not verify a personal one.",
    },
    "account-not-found": {
      title: "The recovery has no such account",
      detail: "Look at what the recovery lists.",
    },
    "account-verified": {
      title: "The account needs no verification",
      detail: "It works already on this phone.",
    },
    "account-pending": {
      title: "The account waits in a recovery",
      detail: "A sign-in does not verify it. Ask its organization for a code.",
    },
    "sign-in-invalid": {
      title: "The sign-in to the account is not valid",
      detail: "Sign in to the account again.",
    },
    "sign-in-mismatch": {
      title: "That was another account",
      detail: "Sign in to the very account that is to be verified.",
    },
    "sign-in-stale": {
      title: "The sign-in is not a new one",
      detail: "Sign in to the account again, now, with your password.",
    },
    "second-factor-missing": {
      title: "The sign-in lacks a second factor",
      detail: "Sign in to the account with a second factor, or ask its organization for a code.",
    },
    "sends-spent": {
      title: "Nothing more is sent in this verification",
      detail: "Begin again with the account.",
    },
    "activation-code-wrong": {
      title: "The code is not right for this account",
      detail: "Check it and type it in again, or ask the account's organization for a new one.",
    },
    "activation-code-used": {
      title: "The code was used before",
      detail: "Ask the account's organization for a new one.",
    },
    "activation-code-expired": {
      title: "The code is too old",
      detail: "Ask the account's organization for a new one.",
    },
    "activation-code-cancelled": {
      title: "The code was cancelled",
      detail: "Ask the account's organization for a new one.",
    },
    "activation-code-superseded": {
      title: "There is a newer code",
      detail: "Use the code that the page shows now.",
    },
    "credential-key-refused": {
      title: "The account's key can't be used",
      detail: "The app must make a P-256 key of its own for each account, other than the phone's keys.",
    },
    "credential-key-reused": {
      title: "The account's key was used before",
      detail: "The app must make a new key for each account and each verification.",
    },
    "push-token-missing": {
      title: "This phone gets no notifications",
      detail: "Allow notifications for the app, then try again.",
    },
    "push-not-sent": {
      title: "The notification could not be sent",
      detail: "Try again in a moment, and check that notifications are allowed for the app.",
    },
    "push-sent-recently": {
      title: "A notification was sent a moment ago",
      detail: "Answer it, or wait before another is sent.",
    },
    "push-expired": {
      title: "There is no notification to answer",
      detail: "It was not answered in time, or none was sent. Have another one sent.",
    },
    "push-superseded": { title: "There is a newer notification", detail: "Answer the last one that came." },
    "push-answer-invalid": {
      title: "The answer to the notification is not valid",
      detail: "The app must sign what the notification brought with the account's new key.",
    },
    "push-number-wrong": {
      title: "That was not the number on the page",
      detail: "The verification has ended. Begin again with the account.",
    },
    "activation-not-found": {
      title: "There is no such activation",
      detail: "Your organization has issued none with this id, or it is no longer kept.",
    },
    "activation-not-open": {
      title: "The activation is no longer open",
      detail: "It was used, ended or cancelled. Its state says which.",
    },
    "too-many-activations": {
      title: "This user has too many open codes",
      detail: "Cancel one, or wait until one is used or over.",
    },
    "credential-not-found": {
      title: "There is no such credential",
      detail: "No account of your organization was verified under this id.",
    },
    "issuer-refused": {
      title: "The accounts of this issuer are not yours to verify",
      detail: "Name an issuer that is set up for your organization.",
    },
    "codes-locked": {
      title: "Too many wrong one-time codes",
      detail:
        "No code of this account is looked at until the time that is given. Let the user sign in another way.",
    },
    "codes-closed": {
      title: "One-time codes of this account are closed",
      detail:
        "Too many wrong ones came in a row. They are taken again once a phone of the user is verified anew.",
    },
    "store-unavailable": {
      title: "The service is not available right now",
      detail: "Nothing is lost. Try again in a moment.",
    },
    "keys-unavailable": {
      title: "The service is not available right now",
      detail: "Nothing is lost. Try again in a moment.",
    },
    "key-unusable": {
      title: "Your backup can't be opened right now",
      detail: "It is kept. Contact support and give them the number of this message.",
    },
    "data-unreadable": {
      title: "Your data can't be read right now",
      detail:
        "It is kept, and nothing was changed. Contact support and give them the number of this message.",
    },
    "sign-in-unavailable": {
      title: "Your sign-in can't be checked right now",
      detail: "Nothing is lost. Try again in a moment.",
    },
    "too-many-requests": {
      title: "Too many requests from this phone",
      detail: "The app asks for too much at once. Try again in a moment.",
    },
    busy: {
      title: "Something else is changing your backup",
      detail: "Try again in a moment.",
    },
    "not-ready": {
      title: "The service is not ready yet",
      detail: "Try again in a moment.",
    },
    "not-configured": {
      title: "The service is not set up yet",
      detail: "Nothing was changed. Try again later.",
    },
    internal: {
      title: "Something went wrong on our side",
      detail: "Contact support and give them the number of this message.",
    },
  },
  remedies: {
    "check-code": "Check the code, and type in the newest one.",
    "check-contact": "Check the address or number, and type it in again.",
    "refresh-contacts": "Look at your contacts as they are now.",
    "remove-a-contact": "Remove a contact that you no longer use.",
    "send-code-again": "Have a new code sent.",
    "use-another-contact": "Use another address or number.",
    "change-password": "Change the password of your recovery account, so that nobody else can go on.",
    "recover-or-start-anew": "Recover your backup on this phone, or start anew.",
    "start-anew": "Start a new backup from this phone. What was there is kept for 30 days.",
    wait: "Wait until the time that is given.",
    "ask-for-role": "Ask for the app role that is named.",
    "use-operator-token": "Use an operator's token.",
    "use-provider-token": "Use an account provider's token.",
    "allow-notifications": "Allow notifications for the app.",
    "answer-latest-push": "Answer the notification that came last.",
    "ask-provider": "Ask the account's organization for a new code.",
    "begin-again": "Begin again with the account.",
    "give-proof": "Give the proofs that are listed.",
    "make-new-key": "Try again: the app makes a new key.",
    "send-push-again": "Have another notification sent.",
    "sign-in-to-account": "Sign in to the account that is to be verified.",
    "use-another-way": "Let the user sign in another way.",
    "issue-another-code": "Issue another code, and have the user verify the account with it.",
    "add-accounts-by-hand": "Add your accounts on this phone by hand.",
    "approve-on-another-phone": "Approve the recovery on another of your phones, or wait.",
    "check-recovery-key": "Check the recovery key, and type it in again.",
    "contact-support": "Contact support and give them the number of this message.",
    "fix-request": "Update the app and try again. If that does not help, contact support.",
    "lift-freeze": "Lift the freeze on the phone that you have used longest.",
    "make-new-proof": "Try again. If that does not help, check that the phone's clock is right.",
    "recover-first": "Recover your backup on this phone first.",
    "refresh-status": "Check what your backup holds now, and try again.",
    "remove-accounts": "Remove the accounts that are in the way from this phone, and recover again.",
    "register-device": "Register this phone with your recovery account.",
    "retry-later": "Try again in a moment.",
    "revoke-a-device": "Remove a phone that you no longer use.",
    "sign-in": "Sign in with your recovery account.",
    "sign-in-again": "Sign in again to confirm that it is you.",
    "sign-in-to-storage-account": "Sign in to iCloud on this phone.",
    "turn-backup-on": "Turn on backup in the app.",
    "update-app": "Update the app to the latest version.",
    "use-older-phone": "Use a phone that you have used for longer.",
    "use-original-phone": "Use the phone that the backup was made on.",
    "use-original-storage-account": "Sign in to the iCloud account that the backup was made with.",
    "use-personal-account": "Sign in with a personal account.",
  },
};
