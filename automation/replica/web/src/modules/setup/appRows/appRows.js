import { label } from 'setup/config';
import { paths } from 'setup/router';

/** Columns of the list. evidence: setup-ui section 2; the first column is the row's header and link. */
export function columns() {
    const text = (name) => ({ label: label(`list.${name}`), fieldName: name, type: 'text' });
    // evidence: `Edit Settings` and `Edit Policies`; further entries are unknown.
    const rowActions = [
        { label: label('list.editSettings'), name: 'settings' },
        { label: label('list.editPolicies'), name: 'policies' },
    ];
    return [
        {
            label: label('list.name'),
            fieldName: 'url',
            type: 'url',
            hideDefaultActions: true,
            typeAttributes: { label: { fieldName: 'label' }, target: '_self' },
        },
        text('contactEmail'),
        text('appAuthorization'),
        text('type'),
        { ...text('status'), type: 'badge' },
        { type: 'action', typeAttributes: { rowActions } },
    ];
}

/** One row of `listApps` as the table wants it: address and translated values. */
export function toRow(app) {
    return {
        ...app,
        url: paths.detail(app.id),
        appAuthorization: label(`permitted.${app.appAuthorization}`),
        type: label(`type.${app.type}`),
        status: label(`status.${app.status}`),
    };
}
