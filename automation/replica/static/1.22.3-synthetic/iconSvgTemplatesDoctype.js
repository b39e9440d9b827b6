import{a as s,_ as p}from"./pages.js";import"./app.js";const t=s({},{tmpl:p,sel:"lightning-icon-svg-templates-doctype",apiVersion:66});export{t as default};
