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
    "push-token-mismatch": {
      title: "This push token is not for this phone",
      detail: "Send a token of the platform of this phone; only APNs has a sandbox.",
    },
    "code-not-sent": {
      title: "The code could not be sent",
      detail: "Try again in a moment, and use the newest code that arrives.",
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
    "check-code": "Type in the newest code that was sent.",
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
